"""Exercise 01.1, with pandas, which takes the seed as `random_state`."""

import pandas as pd


def same_sample(ids, size, *, seed):
    """Draw some houses, without drawing one twice; the same seed draws the same houses again."""
    return pd.Series(ids).sample(size, random_state=seed).tolist()
