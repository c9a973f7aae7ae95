import math

from regression_model.differential.captures import Capture
from regression_model.differential.comparison import Comparison, mean_by_slice
from regression_model.differential.policy import Policy


def compare_captures(old: Capture, new: Capture, policy: Policy = Policy(), slices=()):
    if old.houses != new.houses:
        raise ValueError("other houses: capture both again, from one file")
    differences, only_old, only_new = [], [], []
    compared = beyond = 0
    largest = 0
    for row, (before, after) in enumerate(zip(old.prices, new.prices, strict=True)):
        difference = None
        before, after = (
            None if each is None or math.isnan(each) or math.isinf(each) else each
            for each in (before, after)
        )
        if before is not None and after is not None:
            difference = (after - before) / before
            compared += 1
            beyond += abs(difference) > policy.tolerance
            largest = max(largest, abs(difference))
        elif before is not None:
            only_old.append(row)
        elif after is not None:
            only_new.append(row)
        differences.append(difference)
    print("compared", compared)
    means = mean_by_slice(differences, slices) if slices else {}
    off = {
        each: means[each]
        for each in means
        if not -policy.slice_mean <= means[each] <= policy.slice_mean
    }
    share = beyond / max(compared, 1)
    return Comparison(
        old_version=old.model_version,
        new_version=new.model_version,
        tolerance=policy.tolerance,
        rows=len(differences),
        compared=compared,
        beyond=beyond,
        share_beyond=share,
        largest=largest,
        differences=differences,
        only_old=only_old,
        only_new=only_new,
        slices=off,
        agrees=compared > 0 and share <= policy.share and not only_old and not only_new and not off,
    )
