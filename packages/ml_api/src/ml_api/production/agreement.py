"""Does the compiled check agree with the marshmallow schema? Asked of some thousand rows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import orjson
from marshmallow import Schema, ValidationError
from regression_model import Feature, FeatureSchema, encode_rows

from ml_api.model.holder import example_row
from ml_api.validation.rows import CheckedRows

RANDOM_ROWS = 1000
ODD_VALUES = (None, "", "NA", " x ", "Unheard", "x" * 65, "12", True, 0, -1, 0.5, 1e30, [], {})


def find_difference(
    read: Callable[[bytes], CheckedRows | None], schema: Schema, features: FeatureSchema
) -> str | None:
    """Find a row that the compiled check takes and the schema refuses or reads otherwise.

    Parameters
    ----------
    read : callable
        The compiled check of a body; None where the schema decides.
    schema : marshmallow.Schema
        Decides.
    features : FeatureSchema
        What both are made from.

    Returns
    -------
    str or None
        A sentence about the first such row.
    """
    for number, row in enumerate(generate_rows(features)):
        if number % 32 == 0:
            time.sleep(0.001)  # the service answers meanwhile
        checked = read(orjson.dumps([row]))
        if checked is None:
            continue
        try:
            loaded = schema.load(row)
        except ValidationError as error:
            return f"the schema refuses {_short(row)}: {error.messages}"
        encoded, errors = encode_rows([loaded], features)
        if errors or not np.array_equal(
            encoded.astype(np.float32), checked.good.matrix, equal_nan=True
        ):
            return f"the schema reads {_short(row)} otherwise"
    return None


def generate_rows(features: FeatureSchema) -> Iterator[dict[str, Any]]:
    """Yield each feature's limits, codes and odd values one at a time, then rows at random.

    The rows are the same at every start.
    """
    example = example_row(features)
    pools = {feature.name: _values(feature) for feature in features}
    for name, values in (pools | dict.fromkeys((*features.carried, "Unheard"), [1])).items():
        for value in (*values, *ODD_VALUES):
            yield {**example, name: value}
    chance = random.Random(0)
    for _ in range(RANDOM_ROWS):
        row = {name: chance.choice(pool) for name, pool in pools.items() if chance.random() < 0.7}
        yield example | row


def _values(feature: Feature) -> list[Any]:
    """Return values at, within and just beyond the limits of a feature, or its codes."""
    if feature.is_category:
        return [*feature.categories, None] if not feature.required else list(feature.categories)
    low = 0 if feature.minimum is None else feature.minimum
    high = low + 1000 if feature.maximum is None else feature.maximum
    within = [low + (high - low) * step // 16 for step in range(17)]
    return [low - 1, *within, high + 1]


def _short(row: dict[str, Any]) -> str:
    return str(row) if len(row) < 8 else f"a row of {len(row)} fields"
