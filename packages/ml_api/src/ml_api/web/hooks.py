"""What happens around every request: an id, the API key, the counters, the log line."""

from __future__ import annotations

import logging
import re
import time
from functools import partial

from flask import Flask, Response, g, request
from uuid_utils import uuid7

from ml_api.auth.api_keys import ApiKeys
from ml_api.service import Service
from ml_api.web.problems import Problem

LOG = logging.getLogger("ml_api.requests")
KEYED_PREFIXES = ("/v1/", "/v2/")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# any other is counted under one name: a client must not be able to fill the metrics with inventions
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def register(app: Flask, service: Service) -> None:
    """Put the steps around every request of `app`."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        # a client's own id is kept when it can do no harm in a log
        g.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
        g.service, g.client, g.facts, g.kept = service, None, {}, None
        if service.keys and request.path.startswith(KEYED_PREFIXES):
            g.client = check_key(service.keys)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        if service.shadow and g.kept:
            # called when all of the answer has been sent
            response.call_on_close(partial(service.shadow.offer, g.kept))
        seconds = time.perf_counter() - g.began
        method = request.method if request.method in _METHODS else "OTHER"
        route = request.url_rule.rule if request.url_rule else "unmatched"
        service.metrics.request(route, method, response.status_code, seconds)
        LOG.info("request", extra=log_fields(method, response.status_code, seconds))
        return response


def log_fields(method: str, status: int, seconds: float) -> dict:
    """Return what the request log says of the request at hand."""
    return {
        "request_id": g.request_id,
        "method": method,
        "path": request.path,
        "status": status,
        "ms": round(seconds * 1000, 3),
        "client": g.client,
        "from": request.remote_addr,
        **g.facts,
    }


def check_key(keys: ApiKeys) -> str:
    """Return the name of the API key that came with the request.

    Raises
    ------
    Problem
        401 when none came or it is not in force; which of the two is said, the key never.
    """
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    key = request.headers.get("X-API-Key") or (bearer if scheme.lower() == "bearer" else "")
    challenge = {"WWW-Authenticate": 'Bearer realm="ml_api"'}
    if not key:
        detail = "Send your API key in the header X-API-Key, or as Authorization: Bearer."
        raise Problem(401, detail, challenge)
    owner = keys.owner(key.strip())
    if owner is None:
        raise Problem(401, "This API key is not valid.", challenge)
    return owner
