"""From a body to rows that may be priced: the schema of the service decides, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from marshmallow import Schema, ValidationError
from regression_model import EncodedRows, FeatureSchema, Model, make_prediction

from ml_api.validation.row_schema import row_schema

Errors = dict[int, dict[str, list[str]]]


class NotRows(ValueError):
    """The body is no JSON list."""


class TooManyRows(ValueError):
    """The list is longer than one request may bring."""


class CheckedRows(NamedTuple):
    """What the schema says of the rows of a body.

    Attributes
    ----------
    count : int
        How many rows came.
    good : list of dict or EncodedRows
        The rows that it let through, in order, as `make_prediction` takes them.
    errors : dict of int to dict
        What is wrong with each of the others: field to messages, by index of the row.
    kept : str or None
        The rows as JSON for the record, where there is a shorter form than what came.
    """

    count: int
    good: list[dict[str, Any]] | EncodedRows
    errors: Errors
    kept: str | None = None


class SchemaCheck:
    """The plain check: every row is loaded by the marshmallow schema of the model.

    Parameters
    ----------
    most_rows : int
        How many rows one body may bring.
    """

    def __init__(self, most_rows: int):
        self.most_rows = most_rows
        self._made: tuple[FeatureSchema, Schema] | None = None

    def schema_of(self, model: Model) -> Schema:
        """Return the schema of a row, made anew when another model serves."""
        if self._made is None or self._made[0] is not model.schema:
            self._made = (model.schema, row_schema(model.schema))
        return self._made[1]

    def check_body(self, body: bytes, model: Model) -> CheckedRows:
        """Check the rows of a JSON list.

        Raises
        ------
        NotRows, TooManyRows
            If the body is no JSON, no list, or a list that is too long.
        """
        try:
            rows = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            reason = f"The body is not valid JSON: {error.msg} (byte {error.pos})."
            raise NotRows(reason) from None
        if not isinstance(rows, list):
            raise NotRows("The body must be a list of rows: [{...}, {...}].")
        count, most = len(rows), self.most_rows
        if count > most:
            raise TooManyRows(f"{count} rows are too many for one request; send at most {most}.")
        return load_rows(self.schema_of(model), rows)

    def check_lines(self, lines: list[bytes | None], model: Model) -> CheckedRows:
        """Check rows given one a line: no JSON is refused, and so is None, a line too long."""
        rows: list[Any] = [None] * len(lines)
        broken = {}
        for index, line in enumerate(lines):
            if line is None:
                broken[index] = {"_schema": ["The line is too long; reading ends here."]}
                continue
            try:
                rows[index] = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                broken[index] = {"_schema": [f"Not valid JSON: {error.msg}."]}
        checked = load_rows(self.schema_of(model), rows)
        return checked._replace(errors=checked.errors | broken)

    def trouble(self) -> None:
        """Say nothing: the schema itself is always in force."""


def load_rows(schema: Schema, rows: Iterable[Any]) -> CheckedRows:
    """Load each row with the schema.

    Parameters
    ----------
    schema : marshmallow.Schema
        Decides, and words what is wrong.
    rows : iterable
        Whatever came; a row should be a dict.

    Returns
    -------
    CheckedRows
    """
    good, errors, count = [], {}, 0
    for index, row in enumerate(rows):
        count += 1
        try:
            good.append(schema.load(row))
        except ValidationError as error:
            errors[index] = error.messages_dict
    return CheckedRows(count, good, errors)


def predict(checked: CheckedRows, model: Model) -> dict[str, Any]:
    """Price the rows that the schema let through, and put each price in the place of its row.

    Parameters
    ----------
    checked : CheckedRows
    model : Model

    Returns
    -------
    dict
        `predictions`, `version` and `errors` as `make_prediction` gives them, for all rows.
    """
    result = make_prediction(checked.good, model)
    if not checked.errors:
        return result
    places = [index for index in range(checked.count) if index not in checked.errors]
    predictions: list[float | None] = [None] * checked.count
    for place, price in zip(places, result["predictions"], strict=True):
        predictions[place] = price
    refused = {places[row]: messages for row, messages in result["errors"].items()}
    errors = dict(sorted((checked.errors | refused).items()))
    return {"predictions": predictions, "version": result["version"], "errors": errors}
