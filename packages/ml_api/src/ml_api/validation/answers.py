"""The shape of every answer, for the OpenAPI document and for the routes that answer from it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


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
    """How keeping predictions is going."""

    status = fields.String(required=True, validate=validate.OneOf(("ok", "behind", "away", "off")))
    waiting = fields.Integer(
        required=True,
        metadata={"description": "Records on their way to the database (production mode)."},
    )
    refused = fields.Integer(
        required=True,
        metadata={"description": "Records that the database will never take, set aside."},
    )
    error = fields.String(required=True, allow_none=True)
    warning = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What an operator should know and no request suffers from."},
    )


class ReadySchema(Schema):
    """Whether requests can be answered, and what is not as it should be."""

    status = fields.String(
        required=True, validate=validate.OneOf(("ready", "degraded", "unavailable"))
    )
    model = fields.Nested(ModelStateSchema, required=True)
    store = fields.Nested(StoreStateSchema, required=True)
    keys = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why the file of API keys could not be read again."},
    )
    check = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why rows are checked by the schema alone (production mode)."},
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
