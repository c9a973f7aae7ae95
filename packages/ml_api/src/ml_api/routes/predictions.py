"""The request path of a prediction, top to bottom: read, parse, check, price, answer, keep.

Every step is one line of `predict_regression`, and what makes a step fast or hard to break lives in
a module of its own: `bodies` reads, `pricing` parses and checks, `store` keeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson
from flask import Response
from flask_smorest import Blueprint
from regression_model.prediction import price_rows

from ml_api.bodies import read_body
from ml_api.contract import PREDICT
from ml_api.flasks import Request, this_request
from ml_api.pricing import read_rows
from ml_api.problems import problem_response
from ml_api.records import Record
from ml_api.service import Service, current_service

blueprint = Blueprint(
    "predictions", __name__, url_prefix="/v1", description="What a house would sell for."
)


@blueprint.post("/predict/regression")
@blueprint.doc(**PREDICT)
def predict_regression() -> Response:
    """Price each house in the request; a bad row never spoils the others."""
    service, this = current_service(), this_request()
    body = read_body(this)
    serving = service.models.current
    matrix, errors, kept = read_rows(serving, body, service.settings.max_rows)
    predictions = price_rows(serving.model, matrix, errors)
    result = {"predictions": predictions, "version": serving.model.version, "errors": errors}
    response = answer(result)
    keep(service, this, kept, response, result)
    return response


def answer(result: dict) -> Response:
    """Answer 200 when at least one row could be priced, and a 422 problem otherwise."""
    if len(result["errors"]) < len(result["predictions"]):
        body = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS)
        return Response(body, content_type="application/json")
    detail = "None of the rows could be priced; errors says why, by row and field."
    if not result["predictions"]:
        detail = "There are no rows to price: the list is empty."
    return problem_response(422, detail, **result)


def keep(
    service: Service, this: Request, kept: Callable[[], bytes], response: Response, result: dict
) -> None:
    """Hand what came in and what goes out to the counters, the log and the store."""
    rows, refused, version = len(result["predictions"]), len(result["errors"]), result["version"]
    this.facts = {"rows": rows, "refused": refused, "model_version": version}
    if service.metrics:
        service.metrics.rows(rows - refused, refused)
    if service.store:
        went_out = response.get_data()
        about = (this.id, time.time(), this.request_id, this.client, version, rows, refused)
        service.store.save(Record(*about, kept(), went_out))
