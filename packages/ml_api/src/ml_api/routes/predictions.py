"""A request for predictions, top to bottom: read, check, predict, keep, answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from uuid_utils import uuid7

from ml_api.service import Service, current_service
from ml_api.storage.records import Record
from ml_api.validation.rows import predict
from ml_api.web.body import read_body
from ml_api.web.contract import PREDICT
from ml_api.web.problems import problem_response

blueprint = Blueprint(
    "predictions", __name__, url_prefix="/v1", description="What a house would sell for."
)


@blueprint.post("/predict/regression")
@blueprint.doc(**PREDICT)
def predict_regression() -> Response:
    """Price each house in the request; a bad row never spoils the others."""
    service = current_service()
    model = service.models.current
    body = read_body(request, service.settings.max_body)
    checked = service.check.check_body(body, model)
    result = predict(checked, model)
    response = answer(result)
    keep(service, result, checked.kept or body.decode(), response.get_data(as_text=True))
    g.facts = {"model_version": model.version, "rows": checked.count}
    g.facts["refused"] = len(result["errors"])
    return response


def answer(result: dict[str, Any]) -> Response:
    """Answer 200 when at least one row could be priced, and a 422 problem otherwise."""
    if len(result["errors"]) < len(result["predictions"]):
        body = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS)
        return Response(body, content_type="application/json")
    detail = "None of the rows could be priced; errors says why, by row and field."
    if not result["predictions"]:
        detail = "There are no rows to price: the list is empty."
    return problem_response(422, detail, **result)


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
    service.store.save(Record(str(uuid7()), now, *about, came, went))
    service.metrics.rows(rows - refused, refused)
