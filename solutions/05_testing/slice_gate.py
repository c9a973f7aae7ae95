"""Is a new model worse for somebody? Slices of its errors, and how sure one can be of them."""

import numpy as np

FEWEST = 20
SMALL = "small"


def worse_slices(errors):
    """Return the slices for which the new model is worse than the old, sorted by name.

    `errors` is a table with one row for each house: "slice", and the absolute errors "old" and
    "new" of its log price.
    """
    sizes = errors.groupby("slice")["slice"].transform("size")
    names = errors["slice"].where(sizes >= FEWEST, SMALL)
    found = []
    for name, change in (errors["new"] - errors["old"]).groupby(names):
        standard_error = change.std() / np.sqrt(len(change))
        if change.mean() > 3 * standard_error:
            found.append(name)
    return sorted(found)


def error_ratio(errors, group, seed=0):
    """Return how many times as large errors are in a group as outside, and a 95 % interval.

    `errors` are absolute errors, `group` says of each house whether it belongs to the group.
    """
    inside, outside = errors[group], errors[~group]
    generator = np.random.default_rng(seed)
    ratios = [
        generator.choice(inside, len(inside)).mean()
        / generator.choice(outside, len(outside)).mean()
        for _ in range(400)
    ]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(inside.mean() / outside.mean()), float(low), float(high)
