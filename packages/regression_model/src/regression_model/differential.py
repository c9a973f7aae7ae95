"""Differential testing: the same houses, priced by two models, and where they disagree."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from regression_model.artefact import Model, load_model
from regression_model.prediction import make_prediction


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
        One per row, in order: new price / old price - 1; None where a model gave none.
    only_old, only_new : tuple of int
        Rows that only one of the models priced.
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

    @property
    def agrees(self) -> bool:
        """Whether no price is beyond the tolerance, and both models price the same rows."""
        return not (self.beyond or self.only_old or self.only_new)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self) | {"agrees": self.agrees}


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

    Returns
    -------
    Comparison

    Raises
    ------
    ModelError
        If a model cannot be loaded.
    TypeError
        If `rows` is no table and no list of dicts.
    ValueError
        If the tolerance is below 0 or not a number.
    """
    if math.isnan(tolerance) or tolerance < 0:
        raise ValueError(f"The tolerance is {tolerance}: it is a share, 0 or more.")
    old, new = (each if isinstance(each, Model) else load_model(each) for each in (old, new))
    prices = [make_prediction(rows, model)["predictions"] for model in (old, new)]
    before, after = np.array(prices, dtype=np.float64)  # NaN where there is none
    differences = after / before - 1
    sizes = np.abs(differences[~np.isnan(differences)])
    beyond = int(np.sum(sizes > tolerance))
    return Comparison(
        old_version=old.version,
        new_version=new.version,
        tolerance=tolerance,
        rows=len(before),
        compared=len(sizes),
        beyond=beyond,
        share_beyond=beyond / len(sizes) if len(sizes) else 0.0,
        largest=float(sizes.max(initial=0.0)),
        differences=tuple(None if math.isnan(each) else each for each in differences.tolist()),
        only_old=tuple(np.flatnonzero(np.isnan(after) & ~np.isnan(before)).tolist()),
        only_new=tuple(np.flatnonzero(np.isnan(before) & ~np.isnan(after)).tolist()),
    )
