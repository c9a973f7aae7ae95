"""Which houses to compare: few enough to price on every push, and none that nobody would miss."""

import numpy as np
import pandas as pd


def choose_rows(houses: pd.DataFrame, count: int) -> list[int]:
    """Choose the rows that two models are to be compared on.

    Every label of a column of text is to be among them, every kind of gap, and the smallest and
    the largest value of each column of numbers.

    Parameters
    ----------
    houses : DataFrame of shape (n_rows, n_columns)
        It may lack values in any column.
    count : int
        How many rows there may be at most.

    Returns
    -------
    list of int
        Positions in the table, from 0, each once; the same for the same table.
    """
    groups = []
    for name in houses:
        column = houses[name]
        groups.append(np.flatnonzero(column.isna()))
        numeric = pd.api.types.is_numeric_dtype(column)
        values = (column.min(), column.max()) if numeric else column.dropna().unique()
        groups += [np.flatnonzero(column == value) for value in values]
    chosen: set[int] = set()
    # the rarest first: its few houses bring common labels along
    for group in sorted(groups, key=len):
        if len(group) and chosen.isdisjoint(group.tolist()):
            chosen.add(int(group[0]))
    return sorted(chosen)[:count]
