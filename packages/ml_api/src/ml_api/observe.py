"""What happens around every request: an id, the API key, the counters, the log line."""

from __future__ import annotations

import re
import time

from flask import Flask, Response

from ml_api.flasks import Request, this_request
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
        this = this_request()
        this.began = time.perf_counter()
        this.id = service.ids.next()
        given = this.environ.get("HTTP_X_REQUEST_ID")
        # a client's own id is kept when it can do no harm in a log
        this.request_id = given if given and _REQUEST_ID.fullmatch(given) else this.id
        if service.keys and this.path.startswith(KEYED_PREFIX):
            this.client = check_key(service, this)

    @app.after_request
    def end(response: Response) -> Response:
        this = this_request()
        response.headers["X-Request-ID"] = this.request_id
        seconds = time.perf_counter() - this.began
        method = this.method if this.method in _METHODS else "OTHER"
        if service.metrics:
            route = this.url_rule.rule if this.url_rule else "unmatched"
            service.metrics.request(route, method, response.status_code, seconds)
        if service.request_log:
            service.request_log.write(log_line(this, method, response.status_code, seconds))
        return response


def log_line(this: Request, method: str, status: int, seconds: float) -> dict:
    """Return what the request log says of a request."""
    return {
        "request_id": this.request_id,
        "method": method,
        "path": this.path,
        "status": status,
        "ms": round(seconds * 1000, 3),
        "client": this.client,
        "from": this.remote_addr,
        **this.facts,
    }


def check_key(service: Service, this: Request) -> str:
    """Return the name of the key that came with the request.

    Raises
    ------
    Problem
        401 when none came or it is not in force; which of the two is said, the key never.
    """
    scheme, _, bearer = this.headers.get("Authorization", "").partition(" ")
    key = this.headers.get("X-API-Key") or (bearer if scheme.lower() == "bearer" else "")
    challenge = {"WWW-Authenticate": 'Bearer realm="ml_api"'}
    if not key:
        detail = "Send your API key in the header X-API-Key, or as Authorization: Bearer."
        raise Problem(401, detail, challenge)
    owner = service.keys.owner(key.strip()) if service.keys else None
    if owner is None:
        raise Problem(401, "This API key is not valid.", challenge)
    return owner
