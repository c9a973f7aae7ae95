"""The row schema of the service, built from the model's own feature schema: one truth.

marshmallow decides what a row may hold and writes every message. It is also what the OpenAPI
document describes, so contract, messages and model cannot drift apart.
"""

from __future__ import annotations

import math
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from regression_model import Feature, FeatureSchema

LONGEST_TEXT = 64


class WholeNumber(fields.Integer):
    """An integer: 1500 or 1500.0, but neither "1500" nor true, which marshmallow would take."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid")
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid")
        return int(value)


class FiniteNumber(fields.Float):
    """A number that is neither infinite nor text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid")
        if isinstance(value, float) and not math.isfinite(value):
            raise self.make_error("invalid")
        return value


class CategoryText(fields.String):
    """The text of a category, known to the model or not, of bounded length."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise self.make_error("invalid")
        return value


def field_for(feature: Feature) -> fields.Field:
    """Make the marshmallow field of one feature."""
    options: dict[str, Any] = {
        "required": feature.required,
        "allow_none": not feature.required,
        "metadata": _documentation(feature),
    }
    if feature.is_category:
        kind = WholeNumber if feature.has_integer_codes else CategoryText
        return kind(**options)
    if feature.minimum is not None or feature.maximum is not None:
        options["validate"] = validate.Range(feature.minimum, feature.maximum)
    return (WholeNumber if feature.kind == "integer" else FiniteNumber)(**options)


def _documentation(feature: Feature) -> dict[str, Any]:
    about: dict[str, Any] = {"description": feature.description}
    if feature.categories:
        # examples, not an enumeration: an unknown category is priced too
        about["examples"] = list(feature.categories)
        if not feature.has_integer_codes:
            about["maxLength"] = LONGEST_TEXT
    return about


def row_schema(schema: FeatureSchema) -> Schema:
    """Build the marshmallow schema of one row from the feature schema of a model."""
    attributes: dict[str, Any] = {feature.name: field_for(feature) for feature in schema}
    for name in schema.carried:
        attributes[name] = fields.Raw(
            allow_none=True, metadata={"description": "Accepted and not used."}
        )
    attributes["Meta"] = type("Meta", (), {"unknown": RAISE})
    return type("House", (Schema,), attributes)()


def explain(schema: Schema, row: Any) -> dict[str, list[str]]:
    """Return what is wrong with a row: messages by field, empty when nothing is.

    A row that is no object at all is explained under the name `_schema`.
    """
    try:
        schema.load(row)
    except ValidationError as error:
        return error.messages_dict
    return {}


class ProblemSchema(Schema):
    """The shape of every error, after RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True, allow_none=True)


class PredictionsSchema(Schema):
    """The answer to a request for predictions."""

    predictions = fields.List(
        fields.Float(allow_none=True),
        required=True,
        metadata={"description": "US dollars, one for each row, in order; null for a bad row."},
    )
    version = fields.String(required=True, metadata={"description": "Version of the model."})
    errors = fields.Dict(
        keys=fields.String(metadata={"description": "Index of the row, counted from 0."}),
        values=fields.Dict(keys=fields.String(), values=fields.List(fields.String())),
        required=True,
        metadata={"description": "What is wrong with each bad row, by field."},
    )


class UnpricedSchema(ProblemSchema, PredictionsSchema):
    """The answer when not one row could be priced: a problem that says what is wrong with each."""


class VersionSchema(Schema):
    """What is running."""

    model_version = fields.String(required=True)
    api_version = fields.String(required=True)


class ModelStateSchema(Schema):
    """Which model serves, and why a newer one does not."""

    version = fields.String(required=True)
    refused = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why the model now in the directory was not taken."},
    )


class StoreStateSchema(Schema):
    """How keeping predictions is going; what is lost is counted by process."""

    status = fields.String(required=True, validate=validate.OneOf(("ok", "behind", "off")))
    saved = fields.Integer(required=True)
    refused = fields.Integer(
        required=True,
        metadata={"description": "Records that the database will never take, set aside as files."},
    )
    waiting_bytes = fields.Integer(required=True)
    lost = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)


class ReadySchema(Schema):
    """Whether requests can be answered, and what is not as it should be."""

    status = fields.String(required=True, validate=validate.OneOf(("ready", "degraded")))
    model = fields.Nested(ModelStateSchema, required=True)
    store = fields.Nested(StoreStateSchema, required=True)
    keys = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why the file of API keys could not be read again."},
    )


class CategorySchema(Schema):
    """One code of a category."""

    code = fields.Raw(required=True)
    label = fields.String(required=True, allow_none=True)


class FeatureDescriptionSchema(Schema):
    """One feature, for people."""

    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("integer", "number", "category")))
    description = fields.String(required=True)
    required = fields.Boolean(required=True)
    minimum = fields.Float(required=True, allow_none=True)
    maximum = fields.Float(required=True, allow_none=True)
    missing = fields.String(required=True)
    categories = fields.List(fields.Nested(CategorySchema), required=True)


class FeaturesSchema(Schema):
    """All features of the model."""

    version = fields.String(required=True)
    features = fields.List(fields.Nested(FeatureDescriptionSchema), required=True)
