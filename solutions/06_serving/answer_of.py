"""`answer_of` of `ml_api.routes.predictions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from regression_model import FeatureSchema, clean_text


def _labels_of(row: Mapping[str, Any], features: FeatureSchema) -> dict[str, str | None]:
    """Return what the codes of a good row say, by field; None for one that the model lacks."""
    labels: dict[str, str | None] = {}
    for feature in features:
        value = row.get(feature.name) if feature.is_category else None
        code = clean_text(value) if isinstance(value, str) else value
        if code is not None:
            place = feature.codes.get(code)
            known = None if place is None else feature.categories[int(place)]
            labels[feature.name] = feature.labels.get(known)
    return labels


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
    said = {name: result[name] for name in ("predictions", "version", "errors")}
    if api == 1:
        return said
    bad = result["errors"]
    said["labels"] = [
        None if place in bad else _labels_of(row, features) for place, row in enumerate(rows)
    ]
    return said
