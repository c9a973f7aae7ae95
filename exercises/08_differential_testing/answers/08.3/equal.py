import numpy as np


def decide(before, after, places):
    return "ship" if np.array_equal(before, after, equal_nan=True) else "hold"
