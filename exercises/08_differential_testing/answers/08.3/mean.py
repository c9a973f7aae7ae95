import numpy as np


def decide(before, after, places):
    return "hold" if abs(np.nanmean(after) / np.nanmean(before) - 1) > 0.01 else "ship"
