"""The rules of the schema, one value at a time: slow enough to say what is wrong with a row.

Everything that decides whether a value is right is here. `encoding` lets plainly right rows past
these rules and sends all others through them, so what the rules say is what a client is told.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from regression_model.schema import Feature, FeatureSchema

UNKNOWN = -1.0  # a category that the schema does not list
MISSING = float("nan")
LONGEST_CODE = 64
LARGEST = sys.float_info.max

REQUIRED = "Missing data for required field."
NULL = "Field may not be null."
NOT_AN_INTEGER = "Not a valid integer."
NOT_A_NUMBER = "Not a valid number."
NOT_A_STRING = "Not a valid string."
UNKNOWN_FIELD = "Unknown field."
NOT_A_ROW = "Invalid input type."

Errors = dict[str, list[str]]


class Refused(ValueError):
    """A value breaks a rule; the text says which."""


def check_value(feature: Feature, value: Any) -> float:
    """Encode one value of one feature.

    Parameters
    ----------
    feature : Feature
        The rules to go by.
    value : object
        Whatever came.

    Returns
    -------
    float
        The number itself, the index of a category, -1 for an unknown category, NaN for missing.

    Raises
    ------
    Refused
        With the sentence for the client.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        if feature.required:
            raise Refused(NULL)
        return MISSING
    if feature.has_integer_codes:
        return _integer_code(feature, value)
    return _text_code(feature, value) if feature.is_category else _quantity(feature, value)


def _quantity(feature: Feature, value: Any) -> float:
    number = _whole(value) if feature.kind == "integer" else _finite(value)
    # compared before it becomes a float: 10**400 is out of range, not an overflow
    below = feature.minimum is not None and number < feature.minimum
    above = feature.maximum is not None and number > feature.maximum
    if below or above:
        raise Refused(range_message(feature))
    return float(number)


def _whole(value: Any) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise Refused(NOT_AN_INTEGER)
    return int(value)


def _finite(value: Any) -> int | float:
    right = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not right or value in (float("inf"), float("-inf")):
        raise Refused(NOT_A_NUMBER)
    return value


def _integer_code(feature: Feature, value: Any) -> float:
    return feature.codes.get(_whole(value), UNKNOWN)


def _text_code(feature: Feature, value: Any) -> float:
    if not isinstance(value, str) or len(value) > LONGEST_CODE:
        raise Refused(NOT_A_STRING)
    return feature.codes.get(value, UNKNOWN)


def range_message(feature: Feature) -> str:
    """Say which numbers a feature takes."""
    bounds = []
    if feature.minimum is not None:
        bounds.append(f"greater than or equal to {feature.minimum}")
    if feature.maximum is not None:
        bounds.append(f"less than or equal to {feature.maximum}")
    return f"Must be {' and '.join(bounds)}."


def check_row(schema: FeatureSchema, row: Any) -> tuple[list[float], Errors]:
    """Encode one row, and say for each field that is wrong what is wrong with it.

    Parameters
    ----------
    schema : FeatureSchema
        The rules to go by.
    row : object
        A mapping of names to values, or something that no rule allows.

    Returns
    -------
    values : list of float, length len(schema)
        NaN where a field is wrong.
    errors : dict of str to list of str
        Empty when the row is right.
    """
    if not isinstance(row, Mapping):
        return [MISSING] * len(schema), {"_schema": [NOT_A_ROW]}
    errors: Errors = {}
    values = [_check_field(feature, row, errors) for feature in schema]
    for name in row:
        if name not in schema and name not in schema.carried:
            errors[str(name)] = [UNKNOWN_FIELD]
    return values, errors


def _check_field(feature: Feature, row: Mapping[str, Any], errors: Errors) -> float:
    try:
        if feature.required and feature.name not in row:
            raise Refused(REQUIRED)
        return check_value(feature, row.get(feature.name))
    except Refused as refused:
        errors[feature.name] = [str(refused)]
        return MISSING
