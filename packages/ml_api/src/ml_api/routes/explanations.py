"""Why does this house cost more than that one? Asked of the model, field by field."""

from __future__ import annotations

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from regression_model import EncodedRows

from ml_api.model.explanation import explain_difference
from ml_api.routes.predictions import keep
from ml_api.service import Service
from ml_api.validation.rows import predict
from ml_api.web.body import read_body
from ml_api.web.contract import EXPLAIN
from ml_api.web.problems import problem_response

blueprint = Blueprint("explanations", __name__, url_prefix="/v2", description="Why that price?")


@blueprint.post("/explain/regression")
@blueprint.doc(**EXPLAIN)
def explain_regression() -> Response:
    """Explain the price of the second of two houses, beside that of the first."""
    service: Service = g.service
    model = service.models.current
    body = read_body(request, service.settings.max_body)
    checked = service.check.check_body(body, model)
    result = predict(checked, model)
    if checked.count != 2 or result["errors"]:
        detail = "Send two houses that can be priced: one to compare with, one to explain."
        response = problem_response(422, detail, **result)
    else:
        good = checked.good
        pair = good.matrix if isinstance(good, EncodedRows) else model.encode(good)[0]
        said = result | {"contributions": explain_difference(pair, model)}
        response = Response(orjson.dumps(said), content_type="application/json")
    # its prices are prices that somebody was told
    keep(service, result, checked.kept or body.decode(), response.get_data(as_text=True))
    return response
