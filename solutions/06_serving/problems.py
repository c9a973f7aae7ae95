"""Errors as problem documents (RFC 9457): one shape for all that can go wrong.

A client that has met one error of this service can read every other: `status`, `title`, `detail`
and the `request_id` to quote when asking for help.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from ml_api.storage.database import StoreError
from ml_api.validation.rows import NotRows, TooManyRows

LOG = logging.getLogger("ml_api")
CONTENT_TYPE = "application/problem+json"

DETAILS = {
    404: "There is nothing at this address. /docs lists what there is.",
    405: "This address does not take that method; the Allow header lists those it takes.",
    500: "Something went wrong here. It has been logged under the request_id.",
    503: "The prediction cannot be kept now, so it is not given. Try again later.",
}


class Problem(HTTPException):
    """An error that the client is told about.

    Parameters
    ----------
    status : int
        HTTP status code, 400 or above.
    detail : str
        One sentence for the person who reads it.
    headers : dict, optional
        Further response headers.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None):
        super().__init__(detail)
        self.code = status
        self.headers = headers or {}


def problem_response(
    status: int, detail: str, headers: dict[str, str] | None = None, **members: Any
) -> Response:
    """Build the response for one problem.

    Parameters
    ----------
    status : int
        HTTP status code.
    detail : str
        One sentence for the person who reads it.
    headers : dict, optional
        Further response headers.
    **members
        Extension members of the document.
    """
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": g.request_id,
        **members,
    }
    body = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status, headers, content_type=CONTENT_TYPE)


def handle_http_error(error: HTTPException) -> Response:
    """Answer what Flask, Werkzeug or a view raised on purpose; redirects do not come this way."""
    status = error.code or 500
    if isinstance(error, Problem):
        return problem_response(status, error.description or "", error.headers)
    detail = DETAILS.get(status, error.description or HTTPStatus(status).phrase)
    kept = {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem_response(status, detail, kept)


def handle_bad_body(error: NotRows | TooManyRows) -> Response:
    """Answer a body that holds no list of rows, or too many of them."""
    return problem_response(413 if isinstance(error, TooManyRows) else 400, str(error))


def handle_store_error(error: StoreError) -> Response:
    """Answer that nothing can be kept. The reason is for the operator's log."""
    LOG.error("not kept: %s", error, extra={"request_id": g.request_id})
    return problem_response(503, DETAILS[503], {"Retry-After": "5"})


def handle_crash(_: Exception) -> Response:
    """Log what nobody foresaw, and tell the client no more than where to find it."""
    LOG.exception("a request failed", extra={"request_id": g.request_id})
    return problem_response(500, DETAILS[500])


def register(app: Flask) -> None:
    """Make every error of `app` a problem document."""
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(NotRows, handle_bad_body)
    app.register_error_handler(TooManyRows, handle_bad_body)
    app.register_error_handler(StoreError, handle_store_error)
    app.register_error_handler(Exception, handle_crash)
