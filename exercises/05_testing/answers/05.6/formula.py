"""Slices and ratios, by formula."""

import numpy as np
import pandas as pd

FEWEST = 20
SMALL = "small"


def worse_slices(errors):
    counts = errors["slice"].value_counts()
    label = errors["slice"].map(lambda name: name if counts[name] >= FEWEST else SMALL)
    table = pd.DataFrame({"label": label, "change": errors["new"] - errors["old"]})
    figures = table.groupby("label")["change"].agg(["mean", "sem"])
    return figures.index[figures["mean"] > 3 * figures["sem"]].tolist()


def error_ratio(errors, group, seed=0):
    inside, outside = errors[group], errors[~group]
    ratio = inside.mean() / outside.mean()
    spread = np.sqrt(
        inside.var(ddof=1) / len(inside) / inside.mean() ** 2
        + outside.var(ddof=1) / len(outside) / outside.mean() ** 2
    )
    return ratio, ratio * np.exp(-1.96 * spread), ratio * np.exp(1.96 * spread)
