"""JSON lines in, JSON lines out: for the million rows that one request body should not hold.

Each portion of lines is read, checked, priced, kept and sent before the next is read, so memory
stays flat however many there are, and nothing is sent that is not kept.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson
from flask import Response, g, request, stream_with_context
from flask_smorest import Blueprint
from regression_model import Model

from ml_api.routes.predictions import keep
from ml_api.service import Service
from ml_api.storage.database import StoreError
from ml_api.validation.rows import predict
from ml_api.web.body import JSON_LINES, read_portions, require_type
from ml_api.web.contract import BATCH
from ml_api.web.problems import Problem

_INT_KEYS = orjson.OPT_NON_STR_KEYS
LOG = logging.getLogger("ml_api.requests")
blueprint = Blueprint("batch", __name__, url_prefix="/v1", description="Many houses at once.")


@blueprint.post("/predict/regression/batch")
@blueprint.doc(**BATCH)
def predict_batch() -> Response:
    """Price each line as it comes; read the answer while sending, for neither end keeps it."""
    service: Service = g.service
    model = service.models.current
    require_type(request, JSON_LINES)
    portions = price_portions(service, model)
    # what goes wrong before anything is sent is an answer of its own; later, the stream breaks off
    first = next(portions, b"")
    return Response(
        stream_with_context(chain([first], break_off(portions))),
        headers={"X-Model-Version": model.version},
        content_type=JSON_LINES,
    )


def price_portions(service: Service, model: Model) -> Iterator[bytes]:
    """Yield the lines of the answer, portion by portion, and log how many there were."""
    rows = refused = 0
    for lines in read_portions(request):
        checked = service.check.check_lines(lines, model)
        result = predict(checked, model)
        came = checked.kept or f"[{','.join(map(_as_json, lines))}]"
        keep(service, result, came, orjson.dumps(result, option=_INT_KEYS).decode())
        rows, refused = rows + len(lines), refused + len(result["errors"])
        yield write_lines(result)
    about = {"request_id": g.request_id, "client": g.client, "rows": rows, "refused": refused}
    LOG.info("batch done", extra=about)


def break_off(portions: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the portions; what goes wrong among them ends the stream without its last chunk.

    Raises
    ------
    ConnectionResetError
        Servers take it for a client that left: they close the connection and log nothing more.
    """
    try:
        yield from portions
    except (Problem, StoreError) as error:
        about = {"request_id": g.request_id}
        logging.getLogger("ml_api").error("batch broken off: %s", error, extra=about)
        raise ConnectionResetError(errno.ECONNRESET, "batch broken off") from error


def _as_json(line: bytes | None) -> str:
    """Return a line as it came, null for one that is no JSON: the record is to be readable."""
    try:
        orjson.loads(line or b"")
    except orjson.JSONDecodeError:
        return "null"
    return line.decode() if line else "null"


def write_lines(result: dict[str, Any]) -> bytes:
    """Write one line for each row: its prediction, or null and its errors."""
    lines = []
    for index, price in enumerate(result["predictions"]):
        said: dict[str, Any] = {"prediction": price}
        if index in result["errors"]:
            said["errors"] = result["errors"][index]
        lines.append(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
    return b"".join(lines)
