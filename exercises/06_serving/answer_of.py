"""`answer_of` of `ml_api.routes.predictions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from regression_model import FeatureSchema, clean_text


def _labels_of(row: Mapping[str, Any], features: FeatureSchema) -> dict[str, str | None]:
    """Return what the codes of a good row say, by field; None for one that the model lacks."""
    # TODO: go through the features that are categories, and look up what each code of the row says
    raise NotImplementedError("exercise 06.5 is still to do")


def answer_of(
    api: int, result: Mapping[str, Any], rows: list[Any], features: FeatureSchema
) -> dict[str, Any]:
    """Return what a version of the API says of a result; version 1 says what it always did.

    Parameters
    ----------
    api : int
        1, or 2 for the same and, in `labels`, what the codes of each row say.
    result : mapping
        As `make_prediction` gives it, `errors` by index of the row.
    rows : list
        As they came.
    features : FeatureSchema
        Knows the codes.
    """
    # TODO: the three members of version 1; for version 2 the labels as well
    raise NotImplementedError("exercise 06.5 is still to do")
