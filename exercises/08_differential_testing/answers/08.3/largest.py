import numpy as np


def decide(before, after, places):
    if (np.isnan(before) != np.isnan(after)).any():
        return "hold"
    return "hold" if np.nanmax(np.abs(after / before - 1)) > 0.01 else "ship"
