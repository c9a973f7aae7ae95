"""Reading a request body: from bytes of a stranger to a list, or to a problem that says why not."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from ml_api.problems import Problem

JSON = "application/json"
DISCARD_TIMES = 4
BROKEN_OFF = "The body ends before it is complete."


class TooManyRows(Problem):
    """413: more rows than one request may have."""

    def __init__(self, rows: int, most: int):
        super().__init__(413, f"{rows} rows are too many for one request; send at most {most}.")


def read_body(request: Request, content_type: str = JSON) -> bytes:
    """Read the whole body.

    Raises
    ------
    Problem
        415 for another content type or a compressed body, 413 for one over the limit, 400 for one
        that breaks off.
    """
    if (body := read_plain_body(request, content_type)) is not None:
        return body
    require_type(request, content_type)
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        discard_body(request)
        limit = request.max_content_length
        raise Problem(413, f"The body is larger than {limit} bytes.") from None
    except (ClientDisconnected, OSError):
        raise Problem(400, BROKEN_OFF) from None


def read_plain_body(request: Request, content_type: str) -> bytes | None:
    """Read a body that comes with exactly the headers that nearly all clients send.

    Werkzeug parses the content type and puts two guards around the stream, which takes 19 us; that
    the type is the plain one, the length given and within the limit shows in 1 us. Returns None
    for anything out of the ordinary, nothing read.
    """
    environ = request.environ
    length = environ.get("CONTENT_LENGTH", "")
    # ascii: isdigit and int take digits of other scripts as well
    plain = length.isascii() and length.isdigit() and len(length) < 10
    if not plain or environ.get("CONTENT_TYPE") != content_type:
        return None
    if "HTTP_CONTENT_ENCODING" in environ or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    if int(length) > (request.max_content_length or 0):
        return None
    try:
        body = environ["wsgi.input"].read(int(length))
    except OSError:
        body = b""
    if len(body) < int(length):
        raise Problem(400, BROKEN_OFF)
    return body


def discard_body(request: Request) -> None:
    """Read on to the end of a body that is too large, within reason.

    A client that is still sending when the connection closes sees a broken connection, and never
    the answer that says why. Beyond four times the limit it does not deserve better.
    """
    patience = DISCARD_TIMES * (request.max_content_length or 0)
    stream = request.environ["wsgi.input"]
    try:
        while patience > 0 and (chunk := stream.read(min(patience, 2**16))):
            patience -= len(chunk)
    except OSError:
        pass  # it went away, and there is nobody left to be polite to


def require_type(request: Request, content_type: str) -> None:
    """Raise the 415 for a body that is not said to be of the type wanted, plain and in UTF-8."""
    if request.mimetype != content_type:
        said = f"not {request.mimetype[:100]}" if request.mimetype else "and the header is missing"
        raise Problem(415, f"Send the body as Content-Type: {content_type}, {said}.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(415, "Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "Send the body uncompressed.", {"Accept-Encoding": "identity"})


def parse_rows(body: bytes, most: int) -> list[Any]:
    """Parse a body into its rows; what each row holds is not looked at yet.

    Raises
    ------
    Problem
        400 when it is no JSON or no list, 413 when it has more than `most` rows.
    """
    try:
        rows = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, f"The body is not valid JSON: {error.msg} (byte {error.pos}).") from None
    if not isinstance(rows, list):
        raise Problem(400, "The body must be a list of rows: [{...}, {...}].")
    if len(rows) > most:
        raise TooManyRows(len(rows), most)
    return rows
