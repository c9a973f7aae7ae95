"""Why one house costs more than another: what each field in which they differ does to the price."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from regression_model import Feature, Model

UNKNOWN = "a code unknown to the model"


def explain_difference(pair: np.ndarray, model: Model) -> list[dict[str, Any]]:
    """Walk from the first house to the second, field by field, and say what each step costs.

    Parameters
    ----------
    pair : ndarray, shape (2, features)
        Two encoded rows.
    model : Model

    Returns
    -------
    list of dict
        `field`, what it was (`before`) and is (`after`), and the `factor` by which the step changes
        the price, in the order of the schema. All factors multiplied are the ratio of the two
        prices. Where fields act on one another, a factor depends on the steps before it.
    """
    before, after = pair
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    differing = np.flatnonzero(~same)
    path = np.tile(before, (len(differing) + 1, 1))  # (steps + 1, features)
    for step, column in enumerate(differing, 1):
        path[step:, column] = after[column]
    prices = model.predict(path)
    features = [model.schema.features[column] for column in differing]
    return [
        {
            "field": feature.name,
            "before": _in_words(feature, float(before[column])),
            "after": _in_words(feature, float(after[column])),
            "factor": float(prices[step + 1] / prices[step]),
        }
        for step, (column, feature) in enumerate(zip(differing, features, strict=True))
    ]


def _in_words(feature: Feature, number: float) -> float | str | None:
    """Return an encoded cell as a person reads it; None where nothing was given."""
    if math.isnan(number):
        return None
    if not feature.is_category:
        return number
    if number < 0:
        return UNKNOWN
    code = feature.categories[int(number)]
    return feature.labels.get(code, str(code))
