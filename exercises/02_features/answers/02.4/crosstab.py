"""Find the columns that give a forbidden one away."""

import numpy as np
import pandas as pd


def spelt(name):
    return "".join(letter for letter in name if letter.isalnum()).casefold()


def one_for_one(first, second):
    met = pd.crosstab(first, second).to_numpy() > 0
    return bool((met.sum(axis=0) == 1).all() and (met.sum(axis=1) == 1).all())


def forbidden_columns(features, forbidden):
    names = {spelt(name) for name in forbidden}
    refused = [name for name in features if spelt(name) in names]
    for name in features.columns.difference(refused):
        for other in forbidden:
            known = features[[name]].join(forbidden[[other]].rename(columns={other: "__other"}))
            known = known.dropna()
            if len(known) < 30 or known[name].nunique() == 1:
                continue
            if forbidden[other].dtype.kind not in "ifb":
                close = known[name].nunique() < 50 and one_for_one(known[name], known["__other"])
            elif features[name].dtype.kind not in "ifb":
                close = False
            else:
                pair = known.astype(float)
                close = (
                    max(abs(np.corrcoef(pair.T)[0, 1]), abs(np.corrcoef(pair.rank().T)[0, 1]))
                    > 0.98
                )
            if close:
                refused.append(name)
                break
    return refused
