"""`price_houses` of `ml_api.routes.predictions`."""

from __future__ import annotations

from typing import Any
import orjson
from flask import Response, g, request
from ml_api.service import Service
from ml_api.validation.rows import predict
from ml_api.web.body import read_body
from ml_api.web.problems import problem_response
from ml_api.routes.predictions import answer_of, keep


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
