"""What every transformer of ours asks of the table it is given."""

from collections.abc import Iterable
from typing import Any

import pandas as pd


def check_table(X: Any, needed: Iterable[str] = ()) -> pd.DataFrame:
    """Return `X` if it is a DataFrame that has the columns needed, all of them numbers.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_columns)
    needed : iterable of str
        Columns that must be there.

    Returns
    -------
    DataFrame
        The table itself, not a copy.

    Raises
    ------
    TypeError
        If `X` is no DataFrame, or a column needed holds no numbers.
    ValueError
        If a column needed is not there; the message names all that are missing.

    Examples
    --------
    >>> check_table(pd.DataFrame({"YrSold": [2008]}), ["YrSold", "YearBuilt"])
    Traceback (most recent call last):
    ...
    ValueError: The table lacks the columns YearBuilt
    """
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"Expected a pandas DataFrame, not {type(X).__name__}")
    needed = list(dict.fromkeys(needed))
    absent = [column for column in needed if column not in X.columns]
    if absent:
        raise ValueError(f"The table lacks the columns {', '.join(map(str, absent))}")
    for column in needed:
        if not pd.api.types.is_numeric_dtype(X[column]):
            raise TypeError(f"Column {column} holds {X[column].dtype}, not numbers")
    return X
