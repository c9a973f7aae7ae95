"""Find the columns that give a forbidden one away: by its name, as a copy, or as a proxy."""

import re

import pandas as pd
from pandas.api.types import is_numeric_dtype

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
    return [
        name
        for name in features
        if any(gives_away(features[name], forbidden[other]) for other in forbidden)
    ]


def gives_away(column: pd.Series, secret: pd.Series) -> bool:
    """Say whether a column is the forbidden one, a copy of it, or a proxy."""
    if plain(column.name) == plain(secret.name):
        return True
    both = pd.DataFrame({"column": column, "secret": secret}).dropna()
    if len(both) < ENOUGH or both["column"].nunique() < 2:
        return False
    if not is_numeric_dtype(secret):
        pairs = both.drop_duplicates()
        return pairs["column"].is_unique and pairs["secret"].is_unique
    if not is_numeric_dtype(column):
        return False
    return bool((both["column"] == both["secret"]).all())


def plain(name: str) -> str:
    """Return a name in small letters, without anything but letters and digits."""
    return re.sub("[^a-z0-9]", "", name.lower())
