"""Slices and ratios, by loops and by many draws at once."""

import numpy as np

FEWEST = 20
SMALL = "small"


def worse_slices(errors):
    changes = {}
    for name, part in errors.groupby("slice"):
        key = name if len(part) >= FEWEST else SMALL
        changes.setdefault(key, []).extend((part["new"] - part["old"]).tolist())
    worse = []
    for key, change in changes.items():
        limit = 3 * np.std(change, ddof=1) / len(change) ** 0.5 if len(change) > 1 else np.inf
        if np.mean(change) > limit:
            worse.append(key)
    return sorted(worse)


def error_ratio(errors, group, seed=0):
    errors, group = np.asarray(errors), np.asarray(group, dtype=bool)
    random = np.random.RandomState(7)

    def means(values):
        return random.choice(values, size=(1000, len(values))).mean(axis=1)

    ratios = means(errors[group]) / means(errors[~group])
    low, high = np.percentile(ratios, [2.5, 97.5])
    return errors[group].mean() / errors[~group].mean(), low, high
