import numpy as np
import pandas as pd


def choose_rows(houses, count):
    marks = []
    for name, column in houses.items():
        if pd.api.types.is_numeric_dtype(column):
            marks += [column == column.max(), column == column.min()]
        else:
            marks += [column == label for label in column.unique() if isinstance(label, str)]
        marks.append(column.isna())
    covered = np.column_stack([mark.to_numpy(dtype=bool) for mark in marks])
    covered = covered[:, covered.any(axis=0)]
    rows = []
    while covered.shape[1] and len(rows) < count:
        best = covered.sum(axis=1).argmax()
        rows.append(best)
        covered = covered[:, ~covered[best]]
    return np.array(rows)
