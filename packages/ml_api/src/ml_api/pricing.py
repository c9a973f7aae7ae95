"""From rows to prices: the compiled check first, marshmallow only for what it does not let through.

marshmallow costs 145 us a row, and decides nothing that the encoder of `regression_model` has not
decided on the way to the model's input: both are made from the one feature schema, and a test with
generated rows proves that they accept exactly the same. So rows that are plainly right go straight
through the encoder, and marshmallow writes the messages for the others.
"""

from __future__ import annotations

from typing import Any

from regression_model import prediction

from ml_api.schemas import explain
from ml_api.serving import Serving

Errors = dict[int, dict[str, list[str]]]


def price_rows(serving: Serving, rows: list[Any]) -> tuple[list[float | None], Errors]:
    """Price the rows that keep the schema, and explain the others.

    Returns
    -------
    predictions : list of float or None
        US dollars, one for each row, in order.
    errors : dict
        What is wrong with each row that got None: messages by field, by index of the row.
    """
    matrix, errors = serving.model.encode(rows)
    for index in errors:
        # the encoder's own words are the way out should the two ever disagree: a row it refused
        # has no input for the model, so it must not pass for priced
        errors[index] = explain(serving.rows, rows[index]) or errors[index]
    predictions = prediction.price_rows(serving.model, matrix, errors)
    return predictions, errors
