"""Rows into numbers: the one way in, for training and for serving alike.

A row becomes a vector in the order of the schema: numbers as they are, a category as its index,
-1 for a category that the schema does not list, NaN for what is missing.

Nearly every row is plainly right, so rows take a fast lane first: a block of them is turned into
numbers by a handful of calls that loop in C. It only ever says "plainly right" or "not sure", and
whatever it is not sure of goes through `checking`, rule by rule. That costs 6 microseconds a row
of 79 fields instead of 60.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, cycle
from operator import getitem, itemgetter
from typing import Any

import numpy as np

from regression_model import checking
from regression_model.checking import Errors
from regression_model.schema import Feature, FeatureSchema
from regression_model.tables import encode_table

__all__ = ["RowEncoder", "encode_rows", "encode_table", "row_encoder"]

# a block with one doubtful row is taken apart, so blocks are small enough for that to be cheap
BLOCK_ROWS = 512

_PLAIN_NUMBERS = {int, float, type(None)}


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
    >>> area = Feature("GrLivArea", "integer", "Living area.", minimum=0, maximum=9000)
    >>> encode_rows([{"GrLivArea": 1710}, {"GrLivArea": "big"}], FeatureSchema((area,)))
    (array([[1710.],
           [  nan]]), {1: {'GrLivArea': ['Not a valid integer.']}})
    """
    return row_encoder(schema)(rows)


@lru_cache(maxsize=32)
def row_encoder(schema: FeatureSchema) -> RowEncoder:
    """Return the encoder compiled for a schema, made once."""
    return RowEncoder(schema)


class _Codes(dict):
    """Category to number; what is not listed is unknown if it could be a category at all."""

    def __init__(self, feature: Feature) -> None:
        super().__init__(feature.codes)
        if not feature.required:
            self[None] = checking.MISSING
        self._type = int if feature.has_integer_codes else str

    def __missing__(self, value: Any) -> float:
        if type(value) is not self._type:  # pylint: disable=unidiomatic-typecheck  # bool is an int
            raise TypeError("not plainly a category")
        if self._type is str and len(value) > checking.LONGEST_CODE:
            raise ValueError("not plainly a category")
        return checking.UNKNOWN


class RowEncoder:
    """`encode_rows` for one schema.

    Parameters
    ----------
    schema : FeatureSchema
        The rules, and the order of the result. Needs at least one number and one category to
        have a fast lane.
    """

    def __init__(self, schema: FeatureSchema) -> None:
        self.schema = schema
        self._blank = dict.fromkeys(schema.names)
        self._width = len(schema)
        numbers = sorted((schema[name] for name in schema.numbers), key=_group)
        self._codes = [_Codes(schema[name]) for name in schema.categories]
        self._has_fast_lane = len(numbers) > 1 and len(self._codes) > 1
        if self._has_fast_lane:
            self._get_numbers = itemgetter(*(feature.name for feature in numbers))
            self._get_categories = itemgetter(*schema.categories)
        lanes = [*(feature.name for feature in numbers), *schema.categories]
        self._order = np.array([lanes.index(name) for name in schema.names], dtype=np.intp)
        self._low = _limits([feature.minimum for feature in numbers], -np.inf)
        self._high = _limits([feature.maximum for feature in numbers], checking.LARGEST)
        groups = [_group(feature) for feature in numbers]
        self._needed = slice(0, groups.count(0) + groups.count(1))
        self._whole = slice(groups.count(0), len(groups) - groups.count(3))

    def __call__(self, rows: Sequence[Any]) -> tuple[np.ndarray, dict[int, Errors]]:
        """Encode rows; see `encode_rows`."""
        if len(rows) <= BLOCK_ROWS:
            return self._block(rows)
        matrix = np.empty((len(rows), self._width))
        errors: dict[int, Errors] = {}
        for start in range(0, len(rows), BLOCK_ROWS):
            block, wrong = self._block(rows[start : start + BLOCK_ROWS])
            matrix[start : start + len(block)] = block
            errors |= {start + row: messages for row, messages in wrong.items()}
        return matrix, errors

    def _block(self, rows: Sequence[Any]) -> tuple[np.ndarray, dict[int, Errors]]:
        try:
            matrix, doubtful = self._fast(rows)
        except (KeyError, TypeError, ValueError, OverflowError):
            return self._apart(rows)
        errors: dict[int, Errors] = {}
        for row in doubtful:
            matrix[row], wrong = checking.check_row(self.schema, rows[row])
            if wrong:
                errors[int(row)] = wrong
        return matrix, errors

    def _apart(self, rows: Sequence[Any]) -> tuple[np.ndarray, dict[int, Errors]]:
        """Encode a block with at least one doubtful row: halve it until that row is alone."""
        if len(rows) <= 1:
            checked = [checking.check_row(self.schema, row) for row in rows]
            matrix = np.array([values for values, _ in checked]).reshape(-1, self._width)
            return matrix, {row: wrong for row, (_, wrong) in enumerate(checked) if wrong}
        half = len(rows) // 2
        first, errors = self._block(rows[:half])
        second, wrong = self._block(rows[half:])
        errors |= {half + row: messages for row, messages in wrong.items()}
        return np.concatenate([first, second]), errors

    def _fast(self, rows: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
        """Encode rows that look right, and name those whose numbers need another look.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError
            If any of the rows does not look right.
        """
        count = len(rows)
        if not self._has_fast_lane or set(map(type, rows)) != {dict}:
            raise TypeError("not plainly rows")
        if set(map(len, rows)) != {self._width}:
            rows = self._filled(rows)
        values = list(chain.from_iterable(map(self._get_numbers, rows)))
        kinds = set(map(type, values))
        if not kinds <= _PLAIN_NUMBERS:
            raise TypeError("not plainly numbers")
        numbers = np.array(values, dtype=float).reshape(count, -1)
        categories = chain.from_iterable(map(self._get_categories, rows))
        codes = np.fromiter(
            map(getitem, cycle(self._codes), categories), float, count * len(self._codes)
        )
        doubtful = self._doubtful(numbers, float in kinds)
        both = np.concatenate([numbers, codes.reshape(count, -1)], axis=1)
        return both.take(self._order, axis=1), doubtful

    def _filled(self, rows: Sequence[dict]) -> list[dict]:
        """Return rows with all features, None where a row lacks one, if no field is unknown."""
        filled = [self._blank | row for row in rows]
        for row in filled:
            carried = sum(name in row for name in self.schema.carried)
            if len(row) != self._width + carried:
                raise KeyError("not plainly known fields")
        return filled

    def _doubtful(self, numbers: np.ndarray, has_floats: bool) -> np.ndarray:
        """Return the indices of rows with a number out of limits, broken, or lacking."""
        doubt = (numbers < self._low) | (numbers > self._high)
        doubt[:, self._needed] |= np.isnan(numbers[:, self._needed])
        if has_floats:
            whole = numbers[:, self._whole]
            cut = np.trunc(whole)
            doubt[:, self._whole] |= (cut < whole) | (cut > whole)  # false for NaN, unlike !=
        return np.flatnonzero(doubt.any(axis=1))


def _group(feature: Feature) -> int:
    """Order numbers so that the required ones, and the whole ones, lie side by side."""
    if feature.kind == "number":
        return 0 if feature.required else 3
    return 1 if feature.required else 2


def _limits(limits: list[float | None], without: float) -> np.ndarray:
    return np.array([without if limit is None else limit for limit in limits], dtype=float)
