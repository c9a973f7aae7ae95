"""What the OpenAPI document says about the prediction routes, beside what their code shows."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from ml_api.validation.answers import (
    ExplanationSchema,
    LabelledSchema,
    PredictionsSchema,
    ProblemSchema,
    UnpricedLabelledSchema,
    UnpricedSchema,
)
from ml_api.web.body import JSON, JSON_LINES
from ml_api.web.problems import CONTENT_TYPE


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {CONTENT_TYPE: {"schema": ProblemSchema}}}


PREDICT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A list of houses. A bad one gets null and its errors; the others a price.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Houses"}}},
    },
    "responses": {
        "200": {
            "description": "At least one house could be priced.",
            "content": {"application/json": {"schema": PredictionsSchema}},
        },
        "422": {
            "description": "None could be priced; errors says why.",
            "content": {CONTENT_TYPE: {"schema": UnpricedSchema}},
        },
        "400": _problem("No JSON, no list, or a body that broke off."),
        "401": _problem("No API key, or one not in force."),
        "413": _problem("The body is too large, or has too many rows."),
        "415": _problem("The body is not said to be application/json."),
        "503": _problem("The prediction cannot be kept now, so it is not given."),
    },
}


def _like(about: dict[str, Any], content_type: str, schema: type[Schema]) -> dict[str, Any]:
    return {**about, "content": {content_type: {"schema": schema}}}


_SAID = PREDICT["responses"]
PREDICT_V2: dict[str, Any] = {
    **PREDICT,
    "responses": {
        **_SAID,
        "200": _like(_SAID["200"], JSON, LabelledSchema),
        "422": _like(_SAID["422"], CONTENT_TYPE, UnpricedLabelledSchema),
    },
}

_HOUSE = {"$ref": "#/components/schemas/House"}
_PAIR = {"schema": {"type": "array", "items": _HOUSE, "minItems": 2, "maxItems": 2}}

EXPLAIN: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Two houses: one to compare with, and the one to explain.",
        "content": {"application/json": _PAIR},
    },
    "responses": {**_SAID, "200": _like(_SAID["200"], JSON, ExplanationSchema)},
}

# no schema can say "lines of JSON": any text is taken, and each line judged by itself
_LINES = {"schema": {"description": "One JSON object a line."}}

BATCH: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One house (see House) a line, as many as you like.",
        "content": {JSON_LINES: _LINES},
    },
    "responses": {
        "200": {
            "description": "A line for each house, in order: its prediction, or null and errors.",
            "headers": {"X-Model-Version": {"schema": {"type": "string"}}},
            "content": {JSON_LINES: _LINES},
        },
        "400": _problem("The body broke off before anything could be answered."),
        "401": _SAID["401"],
        "503": _SAID["503"],
        "415": _problem("The body is not said to be application/x-ndjson."),
    },
}
