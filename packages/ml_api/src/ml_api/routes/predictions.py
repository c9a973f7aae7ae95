"""A request for predictions, top to bottom: read, check, predict, keep, answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from regression_model import FeatureSchema, clean_text
from uuid_utils import uuid7

from ml_api.service import Service
from ml_api.storage.records import Record
from ml_api.validation.rows import predict
from ml_api.web.body import read_body
from ml_api.web.contract import PREDICT, PREDICT_V2
from ml_api.web.problems import problem_response

blueprint = Blueprint(
    "predictions", __name__, url_prefix="/v1", description="What a house would sell for."
)
blueprint_v2 = Blueprint(
    "predictions_v2", __name__, url_prefix="/v2", description="The same, with words for people."
)


def keep(service: Service, result: dict[str, Any], came: str, went: str) -> None:
    """Keep what came in and what is going out, and count its rows.

    Parameters
    ----------
    service : Service
    result : dict
        `predictions`, `version` and `errors`.
    came, went : str
        The two bodies, JSON.

    Raises
    ------
    StoreError
        If it cannot be kept: then the answer is not given either.
    """
    rows, refused = len(result["predictions"]), len(result["errors"])
    now = datetime.now(UTC).replace(tzinfo=None)
    about = (g.request_id, g.client, result["version"], rows, refused)
    record = Record(str(uuid7()), now, *about, came, went)
    service.store.save(record)
    g.kept = record  # for the shadow, once it is answered
    service.metrics.rows(rows - refused, refused)
    # for the line in the request log
    g.facts = {"model_version": result["version"], "rows": rows, "refused": refused}


def _labels_of(row: Mapping[str, Any], features: FeatureSchema) -> dict[str, str | None]:
    """Return what the codes of a good row say, by field; None for one that the model lacks."""
    labels: dict[str, str | None] = {}
    for feature in features:
        value = row.get(feature.name) if feature.is_category else None
        code = clean_text(value) if isinstance(value, str) else value
        if code is not None:
            place = feature.codes.get(code)
            known = None if place is None else feature.categories[int(place)]
            labels[feature.name] = feature.labels.get(known)
    return labels


def answer_of(
    api: int, result: Mapping[str, Any], rows: list[Any], features: FeatureSchema
) -> dict[str, Any]:
    """Return what a version of the API says of a result; version 1 says what it always did.

    Parameters
    ----------
    api : int
        1, or 2 for the same and, in `labels`, what the codes of each row say.
    result : mapping
        As `make_prediction` gives it, `errors` by index of the row.
    rows : list
        As they came.
    features : FeatureSchema
        Knows the codes.
    """
    said = {name: result[name] for name in ("predictions", "version", "errors")}
    if api == 1:
        return said
    bad = result["errors"]
    said["labels"] = [
        None if place in bad else _labels_of(row, features) for place, row in enumerate(rows)
    ]
    return said


def _respond(said: dict[str, Any]) -> Response:
    """Answer 200 when at least one row could be priced, and a 422 problem otherwise."""
    if len(said["errors"]) < len(said["predictions"]):
        body = orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS)
        return Response(body, content_type="application/json")
    detail = "None of the rows could be priced; errors says why, by row and field."
    if not said["predictions"]:
        detail = "There are no rows to price: the list is empty."
    return problem_response(422, detail, **said)


def price_houses(api: int) -> Response:
    """Answer the request at hand as a version of the API does; a bad row never spoils the others.

    Raises
    ------
    Problem, NotRows, TooManyRows, StoreError
        If the body is no list of rows, or the prediction cannot be kept.
    """
    service: Service = g.service
    model = service.models.current
    body = read_body(request, service.settings.max_body)
    checked = service.check.check_body(body, model)
    result = predict(checked, model)
    rows = orjson.loads(body) if api > 1 else []
    response = _respond(answer_of(api, result, rows, model.schema))
    keep(service, result, checked.kept or body.decode(), response.get_data(as_text=True))
    return response


@blueprint.post("/predict/regression")
@blueprint.doc(**PREDICT)
def predict_regression() -> Response:
    """Price each house in the request; a bad row never spoils the others."""
    return price_houses(1)


@blueprint_v2.post("/predict/regression")
@blueprint_v2.doc(**PREDICT_V2)
def predict_labelled() -> Response:
    """Price each house, and say in words what the codes of its row mean."""
    return price_houses(2)
