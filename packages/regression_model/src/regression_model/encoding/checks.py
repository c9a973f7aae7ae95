"""The rules of the schema, one value at a time: what it is worth, or why it has no price."""

import math
import sys
from decimal import Decimal
from typing import Any

import numpy as np

from regression_model.schema.cells import clean_text
from regression_model.schema.feature import Feature

UNKNOWN = -1.0  # a category that the schema does not list
MISSING = float("nan")
LONGEST_CODE = 64
LARGEST = sys.float_info.max

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
        With a sentence that begins "The model cannot price".

    Examples
    --------
    >>> check_value(Feature("GrLivArea", "integer", "Living area."), 1710)
    1710.0
    """
    value = _plain(value)
    if value is None:
        if feature.required:
            raise Refused(f"The model cannot price a house without {feature.name}.")
        return MISSING
    if feature.has_integer_codes:
        _demand(_is_whole(value), feature, "a whole number")
        return feature.codes.get(value, UNKNOWN)
    if feature.is_category:
        is_text = isinstance(value, str) and len(value) <= LONGEST_CODE
        _demand(is_text, feature, f"a text of at most {LONGEST_CODE} characters")
        return feature.codes.get(value, UNKNOWN)
    if feature.kind == "integer":
        _demand(_is_whole(value), feature, "a whole number")
    else:
        _demand(_is_finite(value), feature, "a number")
    low, high = limits(feature)
    # compared before it becomes a float: 10**400 is out of range, not an overflow
    _demand(low <= value <= high, feature, _range(feature))
    return float(value)


def limits(feature: Feature) -> tuple[float, float]:
    """Return the smallest and the largest number that a feature takes."""
    low = -LARGEST if feature.minimum is None else feature.minimum
    return low, LARGEST if feature.maximum is None else feature.maximum


def _demand(is_right: bool, feature: Feature, what: str) -> None:
    if not is_right:
        raise Refused(f"The model cannot price a house whose {feature.name} is not {what}.")


def _plain(value: Any) -> Any:
    """Return a value without the wrappings of NumPy and pandas, and None for what is missing."""
    if isinstance(value, np.floating):
        value = float(value)
    elif isinstance(value, np.generic) and value.dtype.kind not in "mM":
        # a date is left as it is: its item may be a number, of nanoseconds
        value = value.item()
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, Decimal) and value.is_nan():
        return None
    # by name, because pandas is not imported here
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def _is_finite(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return _is_finite(value) and (isinstance(value, int) or value.is_integer())


def _range(feature: Feature) -> str:
    if feature.minimum is None and feature.maximum is None:
        return "a number that can be computed with"
    if feature.maximum is None:
        return f"at least {feature.minimum}"
    if feature.minimum is None:
        return f"at most {feature.maximum}"
    return f"from {feature.minimum} to {feature.maximum}"
