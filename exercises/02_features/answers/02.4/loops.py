"""Find the columns that give a forbidden one away."""

import pandas as pd
from pandas.api.types import is_numeric_dtype


def clean(name):
    return name.lower().translate({ord(sign): None for sign in " -_"})


def same_labels(one, other):
    seen, back = {}, {}
    for first, second in zip(one, other):
        if seen.setdefault(first, second) != second or back.setdefault(second, first) != first:
            return False
    return len(seen) > 1


def forbidden_columns(features, forbidden):
    found = set()
    for name, column in features.items():
        for other, secret in forbidden.items():
            if clean(name) == clean(other):
                found.add(name)
            first, second = column.dropna().align(secret.dropna(), join="inner")
            if len(first) < 30:
                continue
            if is_numeric_dtype(secret) and is_numeric_dtype(column):
                if first.std() > 0:
                    close = [abs(first.corr(second, method=how)) for how in ("pearson", "spearman")]
                    if max(close) > 0.98:
                        found.add(name)
            elif not is_numeric_dtype(secret) and same_labels(first, second):
                found.add(name)
    return found
