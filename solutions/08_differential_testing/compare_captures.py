"""`compare_captures` of `regression_model.differential.comparison`."""

import math
from collections.abc import Hashable, Mapping, Sequence
from regression_model.differential.captures import Capture, take_capture
from regression_model.differential.policy import Policy
from regression_model.differential.comparison import Comparison, mean_by_slice


def _finite(price: float | None) -> float | None:
    """Return a price, None for what is none: NaN is beyond no limit, and would pass everywhere."""
    return price if price is not None and math.isfinite(price) else None


def compare_captures(
    old: Capture, new: Capture, policy: Policy = Policy(), slices: Sequence[Hashable] = ()
) -> Comparison:
    """Say where two captures of the same houses differ, and whether a policy lets that pass.

    Parameters
    ----------
    old, new : Capture
    policy : Policy
    slices : sequence of hashable
        To which slice each row belongs; without, no slice is looked at.

    Raises
    ------
    ValueError
        If the captures are of different houses.
    """
    if old.houses != new.houses or len(old.prices) != len(new.prices):
        raise ValueError(
            f"The captures of {old.model_version} and {new.model_version} are of different houses: "
            "take both anew, from the same file."
        )
    pairs = list(zip(map(_finite, old.prices), map(_finite, new.prices)))
    differences = [None if None in pair else pair[1] / pair[0] - 1 for pair in pairs]
    lone = [row for row, pair in enumerate(pairs) if None in pair and pair != (None, None)]
    only_old = tuple(row for row in lone if pairs[row][1] is None)
    only_new = tuple(row for row in lone if pairs[row][0] is None)
    sizes = [abs(each) for each in differences if each is not None]
    beyond = sum(size > policy.tolerance for size in sizes)
    share = beyond / len(sizes) if sizes else 0.0
    means = mean_by_slice(differences, slices) if slices else {}
    off = {name: mean for name, mean in means.items() if abs(mean) > policy.slice_mean}
    return Comparison(
        old_version=old.model_version,
        new_version=new.model_version,
        tolerance=policy.tolerance,
        rows=len(pairs),
        compared=len(sizes),
        beyond=beyond,
        share_beyond=share,
        largest=max(sizes, default=0.0),
        differences=tuple(differences),
        only_old=only_old,
        only_new=only_new,
        slices=off,
        agrees=bool(sizes and share <= policy.share and not (lone or off)),
    )
