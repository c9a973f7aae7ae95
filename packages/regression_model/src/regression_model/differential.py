"""Differential testing: the same houses, priced by two models, and where they disagree."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
    before, after = (make_prediction(rows, model)["predictions"] for model in (old, new))
    both = list(zip(before, after, strict=True))
    differences = [None if None in pair else pair[1] / pair[0] - 1 for pair in both]
    sizes = [abs(difference) for difference in differences if difference is not None]
    beyond = sum(size > tolerance for size in sizes)
    return Comparison(
        old_version=old.version,
        new_version=new.version,
        tolerance=tolerance,
        rows=len(both),
        compared=len(sizes),
        beyond=beyond,
        share_beyond=beyond / len(sizes) if sizes else 0.0,
        largest=max(sizes, default=0.0),
        differences=tuple(differences),
        only_old=_rows(both, lambda before, after: after is None and before is not None),
        only_new=_rows(both, lambda before, after: before is None and after is not None),
    )


def _rows(pairs: list[tuple], chosen: Callable[[Any, Any], bool]) -> tuple[int, ...]:
    return tuple(row for row, pair in enumerate(pairs) if chosen(*pair))
