"""JSON lines, priced as they come: bounded memory however many there are.

The body is read in portions of a few hundred rows, each of which is checked, priced, kept and
answered before the next is read. That a portion is large is what makes it fast (the calls of NumPy
and onnxruntime are shared by its rows), that it is bounded is what keeps memory flat: 100,000 rows
and 10 million take the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import orjson
from regression_model.prediction import price_rows

from ml_api.pricing import explain_errors
from ml_api.serving import Serving

PORTION_BYTES = 256 * 1024
# a row of all fields takes 2 kB; what goes on for so long without a line end is no row
LONGEST_LINE = 256 * 1024
TOO_LONG = {"_schema": [f"The line is longer than {LONGEST_LINE} bytes; reading ends here."]}


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


class Portion(NamedTuple):
    """Some lines of the answer, and what they say.

    Attributes
    ----------
    lines : bytes
        One line for each row: its prediction, or null and its errors.
    kept : callable
        Gives the rows as they are kept.
    predictions, errors
        As `price_rows` gives them.
    """

    lines: bytes
    kept: Callable[[], bytes]
    predictions: list[float | None]
    errors: dict[int, dict[str, list[str]]]


def price_lines(serving: Serving, stream: Readable) -> Iterator[Portion]:
    """Price each line of a stream; blank lines are skipped."""
    for chunk in whole_lines(stream):
        if chunk is None:
            yield Portion(_line(None, TOO_LONG), lambda: b"[]", [None], {0: TOO_LONG})
        elif chunk.strip():
            yield price_chunk(serving, chunk)


def whole_lines(stream: Readable) -> Iterator[bytes | None]:
    """Cut a stream into chunks of whole lines; None, as the last, for a line that is too long."""
    rest = b""
    while data := stream.read(PORTION_BYTES):
        head, end, tail = data.rpartition(b"\n")
        if end:
            yield rest + head
            rest = tail
        else:
            rest += data
        if len(rest) > LONGEST_LINE:
            yield None
            return
    if rest:
        yield rest


def price_chunk(serving: Serving, chunk: bytes) -> Portion:
    """Price some lines: plainly right ones in one go, others row by row."""
    if (plain := serving.fast_lane.read_lines(chunk)) is not None:
        errors: dict[int, Any] = {}
        predictions = price_rows(serving.model, plain.matrix, errors)
        return _portion(predictions, errors, plain.compact)
    rows, broken = parse_lines(chunk)
    matrix, errors = serving.model.encode(rows)
    explain_errors(serving, rows, errors)
    errors |= broken
    predictions = price_rows(serving.model, matrix, errors)
    return _portion(predictions, errors, lambda: orjson.dumps(rows))


def parse_lines(chunk: bytes) -> tuple[list[Any], dict[int, dict[str, list[str]]]]:
    """Parse each line that is not blank; one that is no JSON is None, with an error."""
    rows: list[Any] = []
    broken = {}
    for line in chunk.splitlines():
        if line.strip():
            try:
                rows.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                broken[len(rows)] = {"_schema": [f"Not valid JSON: {error.msg}."]}
                rows.append(None)
    return rows, broken


def _portion(
    predictions: list[float | None],
    errors: dict[int, dict[str, list[str]]],
    kept: Callable[[], bytes],
) -> Portion:
    if errors:
        pairs = enumerate(predictions)
        lines = b"".join(_line(price, errors.get(index)) for index, price in pairs)
    else:
        # numbers hold no comma: one pass in C instead of a call for each row
        numbers = orjson.dumps(predictions)[1:-1]
        lines = b'{"prediction":%b}\n' % numbers.replace(b",", b'}\n{"prediction":')
    return Portion(lines, kept, predictions, errors)


def _line(price: float | None, errors: dict[str, list[str]] | None) -> bytes:
    said = {"prediction": price} | ({"errors": errors} if errors else {})
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)
