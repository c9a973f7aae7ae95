"""Reading a request body: from the bytes of a stranger to bytes that may be parsed."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Request

from ml_api.web.problems import Problem

JSON = "application/json"
JSON_LINES = "application/x-ndjson"
PIECE = 64 * 1024
# so much of a body that is too long is thrown away: who is still sending does not see an answer
THROWN_AWAY = 16 * 2**20
# a row of all fields takes 2 kB; what goes on for so long without a line end is no row
LONGEST_LINE = 256 * 1024


def read_body(request: Request, most_bytes: int) -> bytes:
    """Read a whole JSON body.

    Parameters
    ----------
    request : Request
    most_bytes : int
        A longer body is refused.

    Raises
    ------
    Problem
        415 for another content type or a compressed body, 413 for a body that is too long, 400 for
        one that breaks off or is sent wrongly.
    """
    require_type(request, JSON)
    body, length, said = bytearray(), 0, request.content_length or 0
    for piece in read_pieces(request):
        # counted: a body in chunks does not say how long it is
        length += len(piece)
        if max(length, said) <= most_bytes:
            body += piece
        elif length > most_bytes + THROWN_AWAY:
            break
    if max(length, said) > most_bytes:
        raise Problem(413, f"The body is larger than {most_bytes} bytes.")
    return bytes(body)


def read_pieces(request: Request) -> Iterator[bytes]:
    """Yield a body as it comes in.

    Raises
    ------
    Problem
        400 when it breaks off or its chunks are wrong.
    """
    request.max_content_length = None
    broken = "The body ends before it is complete, or its chunks are not well formed."
    length = 0
    while True:
        try:
            piece = request.stream.read(PIECE)
        # each server raises errors of its own
        except Exception as error:  # pylint: disable=broad-exception-caught
            raise Problem(400, broken) from error
        if not piece:
            break
        length += len(piece)
        yield piece
    if length < (request.content_length or 0):
        raise Problem(400, broken)


def read_portions(request: Request) -> Iterator[list[bytes | None]]:
    """Yield the lines of a body as they come in, some at a time; blank lines are left out.

    A line ends at a line feed and nowhere else. One that is longer than `LONGEST_LINE` bytes comes
    as None, and is the last.

    Raises
    ------
    Problem
        400 when the body breaks off or its chunks are wrong.
    """
    rest = b""
    for piece in read_pieces(request):
        *lines, rest = (rest + piece).split(b"\n")
        if lines := [line for line in lines if line.strip()]:
            yield lines
        if len(rest) > LONGEST_LINE:
            yield [None]
            return
    if rest.strip():
        yield [rest]


def require_type(request: Request, content_type: str) -> None:
    """Raise the 415 for a body that is not said to be of the type wanted, plain and in UTF-8."""
    if request.mimetype != content_type:
        said = f"not {request.mimetype[:100]}" if request.mimetype else "and the header is missing"
        raise Problem(415, f"Send the body as Content-Type: {content_type}, {said}.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(415, "Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "Send the body uncompressed.", {"Accept-Encoding": "identity"})
