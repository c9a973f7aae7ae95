"""Tables into numbers, column by column: the same rules as for rows, applied to each value once.

A column of numbers is compared with its limits whole. Any other column is reduced to its distinct
values, each of which goes through the rules once, however many rows hold it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from regression_model.encoding.checks import MISSING, Errors, Refused, check_value, limits
from regression_model.schema.cells import number_in
from regression_model.schema.columns import check_columns
from regression_model.schema.feature import Feature, FeatureSchema


def encode_table(
    table: Any, schema: FeatureSchema, *, from_file: bool = False
) -> tuple[np.ndarray, dict[int, Errors]]:
    """Encode a table as `encode_rows` would encode its rows, but faster.

    Parameters
    ----------
    table : pandas.DataFrame or pyarrow.Table
        Columns beyond the schema's are ignored; absent columns are missing in every row.
    schema : FeatureSchema
        The rules, and the order of the result.
    from_file : bool
        The table is as a file holds it, so that a number may be written as text.

    Returns
    -------
    matrix : ndarray of float64, shape (rows, len(schema))
        Rows in the order given, NaN where a value is missing or wrong.
    errors : dict of int to dict of str to list of str
        Row index (not label) to field to messages, for the rows that break a rule.

    Raises
    ------
    DataError
        If a column of the schema is there twice.
    """
    if hasattr(table, "to_pandas"):
        table = table.to_pandas(ignore_metadata=True, split_blocks=True)
    check_columns(list(table.columns), schema)
    count = len(table)
    matrix = np.empty((count, len(schema)), order="F")
    errors: dict[int, Errors] = {}
    for position, feature in enumerate(schema):
        if feature.name in table:
            encoded, wrong = _encode_column(table[feature.name], feature, from_file)
        else:
            encoded, wrong = _check_distinct(feature, np.full(count, -1), [])
        matrix[:, position] = encoded
        for row, message in wrong.items():
            errors.setdefault(row, {})[feature.name] = [message]
    return matrix, dict(sorted(errors.items()))


def _encode_column(
    column: Any, feature: Feature, from_file: bool
) -> tuple[np.ndarray, dict[int, str]]:
    if not feature.is_category and column.dtype.kind in "iuf":
        # always a copy: wrong numbers are blanked in it, and the table is the caller's
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
        return _check_numbers(feature, numbers)
    if column.dtype == object:
        # a mixture may hold what cannot be hashed, and True beside 1: no value stands for another
        places, distinct = np.arange(len(column)), column.tolist()
    else:
        places, distinct = column.factorize()
    if from_file:
        distinct = [_from_file(feature, value) for value in distinct]
    return _check_distinct(feature, places, distinct)


def _from_file(feature: Feature, value: Any) -> Any:
    if isinstance(value, bytes):  # what old writers of Parquet make of a text
        value = value.decode(errors="replace")
    has_numbers = not feature.is_category or feature.has_integer_codes
    return number_in(value) if has_numbers and isinstance(value, str) else value


def _check_numbers(feature: Feature, numbers: np.ndarray) -> tuple[np.ndarray, dict[int, str]]:
    low, high = limits(feature)
    right = (numbers >= low) & (numbers <= high)
    if feature.kind == "integer":
        right &= np.trunc(numbers) == numbers
    if not feature.required:
        right |= np.isnan(numbers)
    doubtful = np.flatnonzero(~right)
    checked, wrong = _check_each(feature, numbers[doubtful].tolist())
    numbers[doubtful] = checked
    return numbers, {int(doubtful[place]): message for place, message in wrong.items()}


def _check_distinct(
    feature: Feature, places: np.ndarray, distinct: Iterable[Any]
) -> tuple[np.ndarray, dict[int, str]]:
    # the last entry is what place -1 finds: a missing value
    checked, wrong = _check_each(feature, [*distinct, None])
    places = places % len(checked)
    rows = np.flatnonzero(np.isin(places, list(wrong))).tolist() if wrong else []
    return np.array(checked)[places], {row: wrong[places[row]] for row in rows}


def _check_each(feature: Feature, values: Sequence[Any]) -> tuple[list[float], dict[int, str]]:
    checked, wrong = [MISSING] * len(values), {}
    for place, value in enumerate(values):
        try:
            checked[place] = check_value(feature, value)
        except Refused as refused:
            wrong[place] = str(refused)
    return checked, wrong
