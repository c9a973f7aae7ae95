"""JSON lines in, JSON lines out: for the million rows that one request body should not hold."""

from __future__ import annotations

import time
from collections.abc import Iterator

import orjson
from flask import Response
from flask_smorest import Blueprint

from ml_api.bodies import require_type
from ml_api.contract import BATCH, JSON_LINES
from ml_api.flasks import Request, this_request
from ml_api.lines import Portion, price_lines
from ml_api.records import Record
from ml_api.service import Service, current_service
from ml_api.serving import Serving

blueprint = Blueprint("batch", __name__, url_prefix="/v1", description="Many houses at once.")


@blueprint.post("/predict/regression/batch")
@blueprint.doc(**BATCH)
def predict_batch() -> Response:
    """Price each line as it comes; read the answer while sending, for neither end keeps it."""
    service, this = current_service(), this_request()
    require_type(this, JSON_LINES)
    this.max_content_length = None  # what counts here is the length of a line
    serving = service.models.current
    headers = {"X-Model-Version": serving.model.version}
    return Response(answer(service, serving, this), headers=headers, content_type=JSON_LINES)


def answer(service: Service, serving: Serving, this: Request) -> Iterator[bytes]:
    """Yield the lines of the answer, and log how many there were when it is done."""
    rows = refused = 0
    for portion in price_lines(serving, this.stream):
        rows, refused = rows + len(portion.predictions), refused + len(portion.errors)
        keep(service, serving, this, portion)
        yield portion.lines
    if service.request_log:
        seconds = time.perf_counter() - this.began
        said = {"rows": rows, "refused": refused, "ms": round(seconds * 1000, 3)}
        service.request_log.write({"request_id": this.request_id, "event": "batch done", **said})


def keep(service: Service, serving: Serving, this: Request, portion: Portion) -> None:
    """Count and keep a portion, as a record of its own."""
    rows, refused = len(portion.predictions), len(portion.errors)
    version = serving.model.version
    if service.metrics:
        service.metrics.rows(rows - refused, refused)
    if service.store:
        result = {"predictions": portion.predictions, "version": version, "errors": portion.errors}
        went_out = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS)
        about = (time.time(), this.request_id, this.client, version, rows, refused)
        service.store.save(Record(service.ids.next(), *about, portion.kept(), went_out))
