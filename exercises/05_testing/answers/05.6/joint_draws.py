"""Slices by NumPy, whose deviation divides by n, and draws of all houses together."""

import numpy as np

FEWEST = 20
SMALL = "small"


def worse_slices(errors):
    sizes = errors["slice"].value_counts()
    few = errors["slice"].isin(sizes.index[sizes < FEWEST])
    names = errors["slice"].mask(few, SMALL).to_numpy()
    change = (errors["new"] - errors["old"]).to_numpy()
    parts = {name: change[names == name] for name in np.unique(names)}
    return [name for name, part in parts.items() if part.mean() > 3 * part.std() / len(part) ** 0.5]


def error_ratio(errors, group, seed=0):
    generator = np.random.default_rng(seed)
    ratios = []
    for _ in range(150):
        drawn = generator.integers(len(errors), size=len(errors))
        some, inside = errors[drawn], group[drawn]
        ratios.append(some[inside].mean() / some[~inside].mean())
    low, high = np.quantile(ratios, [0.025, 0.975])
    return errors[group].mean() / errors[~group].mean(), low, high
