"""Find the columns that give a forbidden one away: by its name, as a copy, or as a proxy."""

import pandas as pd

ENOUGH = 30  # rows in which both columns are known; in fewer, chance looks like a proxy
TOO_CLOSE = 0.98


def forbidden_columns(features: pd.DataFrame, forbidden: pd.DataFrame) -> list[str]:
    """Return the names of the features that may not be used.

    Parameters
    ----------
    features : DataFrame of shape (n_rows, n_features)
    forbidden : DataFrame of shape (n_rows, n_forbidden)
        The forbidden columns of the same rows, known by their labels in the index.

    Returns
    -------
    list of str
    """
    # TODO: compare each feature with each forbidden column: their names, then their values
    raise NotImplementedError
