"""Rows into numbers."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from regression_model.encoding.checks import MISSING, Errors, Refused, check_value, limits
from regression_model.schema.feature import Feature, FeatureSchema

_PLAIN = {int, str}
NOT_A_ROW = "The model cannot price what is not a row of fields."


class EncodedRows(NamedTuple):
    """Rows that were checked against the schema while they were encoded.

    Whoever makes one vouches for that: `make_prediction` does not look at its values again.

    Parameters
    ----------
    matrix : ndarray of float, shape (rows, len(schema))
        As `encode_rows` gives it for rows without errors.
    """

    matrix: np.ndarray


def encode_rows(rows: Sequence[Any], schema: FeatureSchema) -> tuple[np.ndarray, dict[int, Errors]]:
    """Encode rows, and say what is wrong with those that break a rule.

    Parameters
    ----------
    rows : sequence of dict
        Names to values. A missing key, None and NaN are the same: missing.
    schema : FeatureSchema
        The rules, and the order of the result.

    Returns
    -------
    matrix : ndarray of float64, shape (len(rows), len(schema))
        Rows in the order given; a row with errors holds NaN where it is wrong.
    errors : dict of int to dict of str to list of str
        Row index to field to messages, for the rows that break a rule.

    Examples
    --------
    >>> from regression_model.schema import Feature
    >>> area = Feature("GrLivArea", "integer", "Living area.", minimum=0, maximum=9000)
    >>> encode_rows([{"GrLivArea": 1710}, {"GrLivArea": 9001}], FeatureSchema((area,)))
    (array([[1710.],
           [  nan]]), {1: {'GrLivArea': ['The model cannot price a house whose GrLivArea is not \
from 0 to 9000.']}})
    """
    matrix: list[list[float]] = []
    errors: dict[int, Errors] = {}
    for place, row in enumerate(rows):
        wrong: Errors = {}
        matrix.append(_encode_row(row, schema, wrong))
        if wrong:
            errors[place] = wrong
    return np.array(matrix, dtype=np.float64).reshape(len(rows), len(schema)), errors


def _encode_row(row: Any, schema: FeatureSchema, errors: Errors) -> list[float]:
    if not isinstance(row, Mapping):
        errors["_schema"] = [NOT_A_ROW]
        return [MISSING] * len(schema)
    plan, known = _plan(schema)
    values: list[float] = []
    for name, feature, codes, low, high in plan:
        value = row.get(name)
        # most values are plainly right; whatever is not goes through the rules
        if value is None and not feature.required:
            values.append(MISSING)
        elif type(value) not in _PLAIN:
            values.append(_by_the_rules(feature, value, errors))
        elif codes is not None and value in codes:
            values.append(codes[value])
        elif codes is None and not isinstance(value, str) and low <= value <= high:
            values.append(value)
        else:
            values.append(_by_the_rules(feature, value, errors))
    for name in row:
        if name not in known:
            told = f"The model cannot price a house with the field {name}, unknown to it."
            errors[str(name)] = [told]
    return values


def _by_the_rules(feature: Feature, value: Any, errors: Errors) -> float:
    try:
        return check_value(feature, value)
    except Refused as refused:
        errors[feature.name] = [str(refused)]
        return MISSING


@lru_cache(maxsize=32)
def _plan(schema: FeatureSchema) -> tuple[list[tuple], frozenset[str]]:
    plan = []
    for feature in schema:
        codes = feature.codes if feature.is_category else None
        plan.append((feature.name, feature, codes, *limits(feature)))
    return plan, frozenset((*schema.names, *schema.carried))
