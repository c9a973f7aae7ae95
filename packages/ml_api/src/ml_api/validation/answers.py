"""The shape of every answer, for the OpenAPI document and for the routes that answer from it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate
from regression_model import Feature


def _optional(kind: type[fields.Field], says: str | None = None) -> fields.Field:
    """Make a field that is always there, and may be null."""
    return kind(required=True, allow_none=True, metadata={"description": says} if says else {})


def _said(kind: type[fields.Field], says: str, *of: fields.Field, **more: Any) -> fields.Field:
    """Make a field that is always there, with a sentence about it."""
    return kind(*of, required=True, metadata={"description": says}, **more)


def _one_of(*words: str) -> fields.Field:
    return fields.String(required=True, validate=validate.OneOf(words))


class ProblemSchema(Schema):
    """The shape of every error, after RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = _optional(fields.String)


class PredictionsSchema(Schema):
    """The answer to a request for predictions."""

    predictions = _said(
        fields.List,
        "US dollars, one for each row, in order; null for a bad row.",
        fields.Float(allow_none=True),
    )
    version = _said(fields.String, "Version of the model.")
    errors = fields.Dict(
        keys=fields.String(metadata={"description": "Index of the row, counted from 0."}),
        values=fields.Dict(keys=fields.String(), values=fields.List(fields.String())),
        required=True,
        metadata={"description": "What is wrong with each bad row, by field."},
    )


class UnpricedSchema(ProblemSchema, PredictionsSchema):
    """The answer when not one row could be priced: a problem that says what is wrong with each."""


class LabelledSchema(PredictionsSchema):
    """The answer of version 2: that of version 1, and words for people."""

    labels = _said(
        fields.List,
        "What the codes of each row say, in order; null for a bad row, and for an unknown code.",
        fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), allow_none=True),
    )


class UnpricedLabelledSchema(ProblemSchema, LabelledSchema):
    """The same problem in version 2."""


class ContributionSchema(Schema):
    """What one field in which two houses differ does to the price."""

    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)
    factor = fields.Float(required=True, allow_none=True)


class ExplanationSchema(PredictionsSchema):
    """The two prices, and why the second is another: all factors multiplied are their ratio."""

    contributions = fields.List(fields.Nested(ContributionSchema), required=True)


class VersionSchema(Schema):
    """What is running."""

    model_version = fields.String(required=True)
    api_version = fields.String(required=True)


class ModelStateSchema(Schema):
    """Which model serves, and why a newer one does not."""

    version = fields.String(required=True)
    refused = _optional(fields.String, "Why the model now in the directory was not taken.")


class StoreStateSchema(Schema):
    """How keeping predictions is going."""

    status = _one_of("ok", "behind", "away", "off")
    waiting = _said(fields.Integer, "Records on their way to the database (production mode).")
    refused = _said(fields.Integer, "Records that the database will never take, set aside.")
    error = _optional(fields.String)
    warning = _optional(fields.String, "What an operator should know and no request suffers from.")


class ReadySchema(Schema):
    """Whether requests can be answered, and what is not as it should be."""

    status = _one_of("ready", "degraded", "unavailable")
    model = fields.Nested(ModelStateSchema, required=True)
    store = fields.Nested(StoreStateSchema, required=True)
    keys = _optional(fields.String, "Why the file of API keys could not be read again.")
    check = _optional(fields.String, "Why rows are checked by the schema alone (production mode).")
    shadow = _optional(fields.Dict, "The `version` of the candidate, or why it was `refused`.")


class CategorySchema(Schema):
    """One code of a category."""

    code = fields.Raw(required=True)
    label = _optional(fields.String)


class FeatureDescriptionSchema(Schema):
    """One feature of the model's schema, for people."""

    name = fields.String(required=True)
    kind = _one_of("integer", "number", "category")
    description = fields.String(required=True)
    required = fields.Boolean(required=True)
    minimum = _optional(fields.Float)
    maximum = _optional(fields.Float)
    missing = fields.String(required=True)
    categories = fields.List(fields.Nested(CategorySchema), required=True)

    def get_attribute(self, obj: Feature, attr: str, default: Any) -> Any:
        """Give each category its label."""
        if attr == "categories":
            return [{"code": code, "label": obj.labels.get(code)} for code in obj.categories]
        return super().get_attribute(obj, attr, default)


class FeaturesSchema(Schema):
    """All features of the model."""

    version = fields.String(required=True)
    features = fields.List(fields.Nested(FeatureDescriptionSchema), required=True)
