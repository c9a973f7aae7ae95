"""Two captures side by side: where they disagree, and whether a policy lets that pass."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from regression_model.artefact import Model, load_model
from regression_model.differential.captures import Capture, take_capture
from regression_model.differential.policy import Policy


@dataclass(frozen=True)
class Comparison:  # pylint: disable=too-many-instance-attributes  # it is a list of facts
    """What came of pricing the same rows with two models.

    Parameters
    ----------
    old_version, new_version : str
        Versions of the two models.
    tolerance : float
        Share of the old price by which the new one may differ.
    rows : int
        Number of rows.
    compared : int
        Number of rows that both models priced.
    beyond : int
        Number of these whose prices differ by more than the tolerance.
    share_beyond : float
        `beyond` as a share of `compared`; 0 where nothing was compared.
    largest : float
        Largest difference, as a share of the old price.
    differences : tuple of float or None
        One per row, in order: new price / old price - 1; None where a model gave none, or none
        that is finite.
    only_old, only_new : tuple of int
        Rows that only one of the models priced.
    slices : dict of object to float
        Mean difference of each slice beyond what the policy allows.
    agrees : bool
        Whether the policy lets this pass. It never does where only one model prices a row, or
        nothing was compared.
    """

    old_version: str
    new_version: str
    tolerance: float
    rows: int
    compared: int
    beyond: int
    share_beyond: float
    largest: float
    differences: tuple[float | None, ...]
    only_old: tuple[int, ...]
    only_new: tuple[int, ...]
    slices: dict[Hashable, float] = field(default_factory=dict)
    agrees: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def mean_by_slice(
    differences: Sequence[float | None], slices: Sequence[Hashable]
) -> dict[Hashable, float]:
    """Return the mean difference of each slice in which there is one.

    Parameters
    ----------
    differences : sequence of float or None
    slices : sequence of hashable
        To which slice each row belongs.
    """
    found: dict[Hashable, list[float]] = {}
    for difference, name in zip(differences, slices, strict=True):
        if difference is not None:
            found.setdefault(name, []).append(difference)
    return {name: math.fsum(each) / len(each) for name, each in found.items()}


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


def compare(
    old: Model | str | Path,
    new: Model | str | Path,
    rows: Sequence[Mapping[str, Any]] | Any,
    tolerance: float = 0.01,
) -> Comparison:
    """Price the same rows with two models, and say where they differ.

    Parameters
    ----------
    old, new : Model, str or Path
        Models, or their directories.
    rows : list of dict, pandas.DataFrame or pyarrow.Table
        Houses, as `make_prediction` takes them.
    tolerance : float
        Share of the old price by which the new one may differ.

    Raises
    ------
    ModelError
        If a model cannot be loaded.
    TypeError
        If `rows` is no table and no list of dicts.
    ValueError
        If the tolerance is below 0 or not a number.
    """
    policy = Policy(tolerance)
    models = [each if isinstance(each, Model) else load_model(each) for each in (old, new)]
    return compare_captures(*(take_capture(model, rows) for model in models), policy)
