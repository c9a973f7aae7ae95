"""Tables into numbers, column by column: the same rules as for rows, applied to each value once.

A column of numbers is checked whole. Any other column is reduced to its distinct values, each of
which goes through the rules of `checking` once, however many rows hold it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from regression_model import checking
from regression_model.checking import Errors, Refused
from regression_model.schema import MISSING_TEXTS, Feature, FeatureSchema

# a column, reduced: the place of each row's value among the distinct values, -1 where missing
Distinct = tuple[np.ndarray, list[Any]]


def encode_table(table: Any, schema: FeatureSchema) -> tuple[np.ndarray, dict[int, Errors]]:
    """Encode a table as `encode_rows` would encode its rows, but faster.

    Parameters
    ----------
    table : pandas.DataFrame or pyarrow.Table
        Columns beyond the schema's are ignored; absent columns are missing in every row. The
        texts "" and "NA" are missing, and numbers may come as text, as they do from a CSV file.
    schema : FeatureSchema
        The rules, and the order of the result.

    Returns
    -------
    matrix : ndarray of float64, shape (rows, len(schema))
        Rows in the order given, NaN where a value is missing or wrong.
    errors : dict of int to dict of str to list of str
        Row index (not label) to field to messages, for the rows that break a rule.
    """
    count, present = table.shape[0], set(_column_names(table))
    matrix = np.empty((count, len(schema)), order="F")
    errors: dict[int, Errors] = {}
    for position, feature in enumerate(schema):
        if feature.name in present:
            encoded, wrong = _encode_column(table[feature.name], feature)
        else:
            encoded, wrong = _absent(feature, count)
        matrix[:, position] = encoded
        for row, message in wrong.items():
            errors.setdefault(row, {})[feature.name] = [message]
    return matrix, dict(sorted(errors.items()))


def _column_names(table: Any) -> list[str]:
    return table.column_names if hasattr(table, "column_names") else list(table.columns)


def _absent(feature: Feature, count: int) -> tuple[np.ndarray, dict[int, str]]:
    wrong = dict.fromkeys(range(count), checking.REQUIRED) if feature.required else {}
    return np.full(count, checking.MISSING), wrong


def _encode_column(column: Any, feature: Feature) -> tuple[np.ndarray, dict[int, str]]:
    from_arrow = hasattr(column, "dictionary_encode")
    numbers = _arrow_numbers(column) if from_arrow else _pandas_numbers(column)
    if numbers is not None and not feature.is_category:
        return _check_numbers(feature, numbers)
    places, distinct = _arrow_distinct(column) if from_arrow else _pandas_distinct(column)
    return _check_distinct(feature, places, distinct)


def _check_numbers(feature: Feature, numbers: np.ndarray) -> tuple[np.ndarray, dict[int, str]]:
    low = -np.inf if feature.minimum is None else feature.minimum
    high = checking.LARGEST if feature.maximum is None else feature.maximum
    doubt = (numbers < low) | (numbers > high)
    if feature.kind == "integer":
        cut = np.trunc(numbers)
        doubt |= (cut < numbers) | (cut > numbers)
    if feature.required:
        doubt |= np.isnan(numbers)
    wrong = {}
    for row in np.flatnonzero(doubt).tolist():
        numbers[row], message = _check(feature, float(numbers[row]))
        if message:
            wrong[row] = message
    return numbers, wrong


def _check_distinct(
    feature: Feature, places: np.ndarray, distinct: list[Any]
) -> tuple[np.ndarray, dict[int, str]]:
    # the last entry is what place -1 finds: a missing value
    checked = [_check(feature, _from_text(feature, value)) for value in [*distinct, None]]
    encoded = np.array([value for value, _ in checked])[places]
    wrong_places = [place for place, (_, message) in enumerate(checked) if message]
    wrong = {}
    if wrong_places:
        places = places % len(checked)
        rows = np.flatnonzero(np.isin(places, wrong_places)).tolist()
        wrong = {row: checked[places[row]][1] for row in rows}
    return encoded, wrong


def _check(feature: Feature, value: Any) -> tuple[float, str]:
    try:
        return checking.check_value(feature, value), ""
    except Refused as refused:
        return checking.MISSING, str(refused)


def _from_text(feature: Feature, value: Any) -> Any:
    """Read what a table says in words: an empty cell, or a number."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text in MISSING_TEXTS:
        return None
    if feature.is_category and not feature.has_integer_codes:
        return text
    try:
        return value if "_" in text else float(text)
    except ValueError:
        return value


def _pandas_numbers(column: Any) -> np.ndarray | None:
    if column.dtype.kind not in "iuf":
        return None
    # always a copy: wrong numbers are blanked in it, and the table is the caller's
    return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def _pandas_distinct(column: Any) -> Distinct:
    if column.dtype == object:
        # a mixture may hold what cannot be hashed, and True beside 1: no value stands for another
        values = [None if _is_missing(value) else value for value in column.tolist()]
        return np.arange(len(values)), values
    places, distinct = column.factorize()
    return places, list(distinct)


def _is_missing(value: Any) -> bool:
    # by name, because pandas is not imported here
    return type(value).__name__ in ("NAType", "NaTType")


def _arrow_numbers(column: Any) -> np.ndarray | None:
    from pyarrow import types  # pylint: disable=import-outside-toplevel  # only where tables come

    if not (types.is_integer(column.type) or types.is_floating(column.type)):
        return None
    return np.array(column.cast("float64", safe=False).to_numpy(), dtype=np.float64)


def _arrow_distinct(column: Any) -> Distinct:
    from pyarrow import types  # pylint: disable=import-outside-toplevel  # only where tables come

    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if len(column) == 0:
        return np.empty(0, dtype=np.intp), []
    encoded = column.unify_dictionaries()
    distinct = encoded.chunk(0).dictionary.to_pylist()
    places = [chunk.indices.fill_null(-1).to_numpy() for chunk in encoded.chunks]
    return np.concatenate(places).astype(np.intp), distinct
