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
    # TODO: look at what each kind of harm does to the prices, and return "ship" or "hold"
    raise NotImplementedError("exercise 08.3 is still to do")
