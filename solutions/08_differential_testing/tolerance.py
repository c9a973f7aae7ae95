"""How much may prices change? A decision for a release, made from the prices before and after."""

import numpy as np


def decide(before: np.ndarray, after: np.ndarray, places: np.ndarray) -> str:
    """Say whether a change may be shipped, or is held until somebody has looked.

    Parameters
    ----------
    before, after : ndarray of float, shape (n,)
        Prices of the same houses; NaN where the model gave none.
    places : ndarray of str, shape (n,)
        The neighbourhood of each house.

    Returns
    -------
    str
        "ship" or "hold".
    """
    if (np.isnan(before) != np.isnan(after)).any():
        return "hold"
    priced = ~np.isnan(before)
    change = after[priced] / before[priced] - 1
    # three outliers in two thousand may be corrected, a client in two thousand may not be lost
    if np.mean(np.abs(change) > 0.1) > 0.0025 or abs(np.mean(change)) > 0.007:
        return "hold"
    for place in np.unique(places[priced]):
        inside = change[places[priced] == place]
        # of a handful of houses the mean is noise
        if len(inside) >= 20 and abs(np.mean(inside)) > 0.02:
            return "hold"
    return "ship"
