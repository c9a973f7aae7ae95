"""What happens around every request: an id, the API key, the counters, the log line."""

from __future__ import annotations

import re
import time

from flask import Flask, Response, g, request

from ml_api.problems import Problem
from ml_api.service import Service

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# any other is counted under one name: a client must not be able to fill the metrics with inventions
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

KEYED_PREFIX = "/v1/"


def register(app: Flask, service: Service) -> None:
    """Put the steps around every request of `app`."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.id = service.ids.next()
        given = request.headers.get("X-Request-ID", "")
        # a client's own id is kept when it can do no harm in a log
        g.request_id = given if _REQUEST_ID.fullmatch(given) else g.id
        g.client = None
        if service.keys and request.path.startswith(KEYED_PREFIX):
            g.client = check_key(service)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        seconds = time.perf_counter() - g.began
        route = request.url_rule.rule if request.url_rule else "unmatched"
        method = request.method if request.method in _METHODS else "OTHER"
        if service.metrics:
            service.metrics.request(route, method, response.status_code, seconds)
        if service.request_log:
            service.request_log.write(
                {
                    "request_id": g.request_id,
                    "method": method,
                    "path": request.path,
                    "status": response.status_code,
                    "ms": round(seconds * 1000, 3),
                    "client": g.client,
                    "from": request.remote_addr,
                    **g.get("facts", {}),
                }
            )
        return response


def check_key(service: Service) -> str:
    """Return the name of the key that came with the request.

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
    owner = service.keys.owner(key.strip()) if service.keys else None
    if owner is None:
        raise Problem(401, "This API key is not valid.", challenge)
    return owner
