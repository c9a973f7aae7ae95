import numpy as np

from regression_model.differential.captures import Capture
from regression_model.differential.comparison import Comparison, mean_by_slice
from regression_model.differential.policy import Policy


def compare_captures(old, new, policy=Policy(), slices=()):
    if old.houses != new.houses or len(old.prices) != len(new.prices):
        raise ValueError("stale: take both captures anew")
    before = np.array(old.prices, dtype=float)
    after = np.array(new.prices, dtype=float)
    with np.errstate(divide="ignore"):
        relative = after / before - 1
    gap_old, gap_new = np.isnan(before), np.isnan(after)
    sizes = np.abs(relative[~np.isnan(relative)])
    differences = [None if np.isnan(each) else float(each) for each in relative]
    only_old = tuple(int(row) for row in np.flatnonzero(gap_new & ~gap_old))
    only_new = tuple(int(row) for row in np.flatnonzero(gap_old & ~gap_new))
    beyond = (sizes > policy.tolerance).sum()
    share = beyond / len(sizes) if len(sizes) else 0.0
    off = {}
    if len(slices):
        for name, mean in mean_by_slice(differences, slices).items():
            if abs(mean) > policy.slice_mean:
                off[name] = mean
    agrees = np.all([len(sizes) > 0, share <= policy.share, not (only_old or only_new or off)])
    return Comparison(
        old.model_version,
        new.model_version,
        policy.tolerance,
        len(before),
        len(sizes),
        beyond,
        share,
        float(sizes.max(initial=0)),
        tuple(differences),
        only_old,
        only_new,
        off,
        agrees,
    )
