"""From the body of a request to the model's input, and what is wrong with the rows that are none.

marshmallow is the contract and writes every message, but at 145 us a row only the rows that need
its words get to it. A body that is plainly right goes through the compiled check (`fast_lane`) in
one piece; any other is parsed, checked row by row by the encoder of `regression_model`, and only
the rows that this refuses are explained. All three are made from one feature schema, and tests
with generated rows prove that they accept the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ml_api.bodies import TooManyRows, parse_rows
from ml_api.schemas import explain
from ml_api.serving import Serving

Errors = dict[int, dict[str, list[str]]]


class Input(NamedTuple):
    """What a body comes to.

    Attributes
    ----------
    matrix : ndarray of float32 or float64, shape (rows, features)
        The model's input; a row with errors is not to be priced.
    errors : dict
        What is wrong with rows: messages by field, by index of the row.
    kept : callable
        Gives the rows as they are kept; not before they are, for it takes a moment.
    """

    matrix: np.ndarray
    errors: Errors
    kept: Callable[[], bytes]


def read_rows(serving: Serving, body: bytes, most: int) -> Input:
    """Turn a body into the model's input.

    Raises
    ------
    Problem
        400 when the body is no JSON or no list, 413 when it has more than `most` rows.
    """
    if (plain := serving.fast_lane.read(body)) is not None:
        if len(plain.matrix) > most:
            raise TooManyRows(len(plain.matrix), most)
        return Input(plain.matrix, {}, plain.compact if len(plain.matrix) > 1 else lambda: body)
    rows = parse_rows(body, most)
    matrix, errors = serving.model.encode(rows)
    explain_errors(serving, rows, errors)
    return Input(matrix, errors, lambda: body)


def explain_errors(serving: Serving, rows: list[Any], errors: Errors) -> None:
    """Have marshmallow say what is wrong with the rows that the encoder refused."""
    for index in errors:
        # the encoder's own words are the way out should the two ever disagree: a row it refused
        # has no input for the model, so it must not pass for priced
        errors[index] = explain(serving.rows, rows[index]) or errors[index]
