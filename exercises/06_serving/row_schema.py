"""The marshmallow schema of a row, built from the feature schema of the model: it decides.

The limits of a feature have one home, the feature schema; marshmallow words what a client is told
of them. A row that this schema lets through goes to `make_prediction` as the schema loaded it.
"""

from __future__ import annotations

import math
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from regression_model import Feature, FeatureSchema, clean_text

LONGEST_TEXT = 64
# for the OpenAPI document: a text that `clean_text` does not read as missing
NO_GAP = r"^(?!\s*(NA)?\s*$)"


class Cell(fields.Field):
    """A cell of a row: a text that means "missing" is None, in every kind of field."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Load a value, a text as `clean_text` reads it."""
        if isinstance(value, str):
            value = clean_text(value)
        return super().deserialize(value, *args, **kwargs)


class WholeNumber(Cell, fields.Integer):
    """An integer: 1500 or 1500.0, but neither "1500" nor 1500.5, which marshmallow would take."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        # TODO: return a whole number as int, and refuse everything else with make_error("invalid")
        raise NotImplementedError("exercise 06.1 is still to do")


class FiniteNumber(Cell, fields.Float):
    """A number that is neither infinite nor text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid")
        if isinstance(value, float) and not math.isfinite(value):
            raise self.make_error("invalid")
        return value


class CategoryText(Cell, fields.String):
    """The text of a category, known to the model or not, of bounded length."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise self.make_error("invalid")
        return value


def field_for(feature: Feature) -> fields.Field:
    """Make the marshmallow field of one feature.

    Parameters
    ----------
    feature : Feature
        Its kind, its limits, and whether it is required.

    Returns
    -------
    marshmallow.fields.Field
        Described for the OpenAPI document, too.
    """
    # TODO: make the field of one feature: its class, required, allow_none, validate and metadata
    raise NotImplementedError("exercise 06.1 is still to do")


def _documentation(feature: Feature) -> dict[str, Any]:
    about: dict[str, Any] = {"description": feature.description}
    if feature.categories:
        # examples, not an enumeration: an unknown category is priced too
        about["examples"] = list(feature.categories)
        if not feature.has_integer_codes:
            about["maxLength"] = LONGEST_TEXT
            if feature.required:
                about["pattern"] = NO_GAP
    return about


def row_schema(features: FeatureSchema) -> Schema:
    """Build the marshmallow schema of one row.

    Parameters
    ----------
    features : FeatureSchema
        Of the model that is going to price the rows.

    Returns
    -------
    marshmallow.Schema
        Refuses unknown fields; takes the columns that a row may carry along unused.
    """
    # TODO: make a Schema of one field for each feature and each carried column, that refuses
    # unknown fields
    raise NotImplementedError("exercise 06.1 is still to do")
