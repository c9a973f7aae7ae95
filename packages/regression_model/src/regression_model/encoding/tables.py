"""Tables into numbers, column by column: the same rules as for rows, applied to each value once.

A column of numbers is compared with its limits whole. Any other column is reduced to its distinct
values, each of which goes through the rules once, however many rows hold it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from regression_model.encoding.checks import MISSING, Errors, Refused, check_value, limits
from regression_model.schema.cells import number_in
from regression_model.schema.columns import check_columns
from regression_model.schema.feature import Feature, FeatureSchema

# a column, reduced: the place of each row's value among the distinct values, -1 where missing
Distinct = tuple[np.ndarray, list[Any]]


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
    names = column_names(table)
    check_columns(names, schema)
    count, present = table.shape[0], set(names)
    matrix = np.empty((count, len(schema)), order="F")
    errors: dict[int, Errors] = {}
    for position, feature in enumerate(schema):
        if feature.name in present:
            encoded, wrong = _encode_column(table[feature.name], feature, from_file)
        else:
            encoded, wrong = _check_distinct(feature, (np.full(count, -1), []))
        matrix[:, position] = encoded
        for row, message in wrong.items():
            errors.setdefault(row, {})[feature.name] = [message]
    return matrix, dict(sorted(errors.items()))


def column_names(table: Any) -> list[str]:
    """Return the names of the columns of a pandas.DataFrame or a pyarrow.Table."""
    return table.column_names if hasattr(table, "column_names") else list(table.columns)


def _encode_column(
    column: Any, feature: Feature, from_file: bool
) -> tuple[np.ndarray, dict[int, str]]:
    from_arrow = hasattr(column, "dictionary_encode")
    if not feature.is_category:
        numbers = _arrow_numbers(column) if from_arrow else _pandas_numbers(column)
        if numbers is not None:
            return _check_numbers(feature, numbers)
    places, distinct = _arrow_distinct(column) if from_arrow else _pandas_distinct(column)
    if from_file:
        distinct = [_from_file(feature, value) for value in distinct]
    return _check_distinct(feature, (places, distinct))


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


def _check_distinct(feature: Feature, column: Distinct) -> tuple[np.ndarray, dict[int, str]]:
    places, distinct = column
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


def _pandas_numbers(column: Any) -> np.ndarray | None:
    if column.dtype.kind not in "iuf":
        return None
    # always a copy: wrong numbers are blanked in it, and the table is the caller's
    return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def _pandas_distinct(column: Any) -> Distinct:
    if column.dtype == object:
        # a mixture may hold what cannot be hashed, and True beside 1: no value stands for another
        values = column.tolist()
        return np.arange(len(values)), values
    places, distinct = column.factorize()
    return places, list(distinct)


def _arrow_numbers(column: Any) -> np.ndarray | None:
    from pyarrow import types  # pylint: disable=import-outside-toplevel  # only where tables come

    if not (types.is_integer(column.type) or types.is_floating(column.type)):
        return None
    return np.array(column.cast("float64", safe=False).to_numpy(), dtype=np.float64)


def _arrow_distinct(column: Any) -> Distinct:
    from pyarrow import ArrowNotImplementedError  # pylint: disable=import-outside-toplevel

    try:
        encoded = column.combine_chunks().dictionary_encode()
    except ArrowNotImplementedError:  # lists and the like, of which none will be right
        values = column.to_pylist()
        return np.arange(len(values)), values
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return places.astype(np.intp), encoded.dictionary.to_pylist()
