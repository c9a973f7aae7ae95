"""Structured logs: one JSON object a line, so that they can be searched by field.

Standard output carries the request log, one line per request; standard error all else, through
`logging`. The request log does not go through `logging`: a LogRecord costs 15 us, most of it for
finding the caller's file and line, which is the same for every request.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson

# attributes that every LogRecord has; what else is in its __dict__ came in by `extra=`
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Format a log record as one line of JSON, with the fields given by `extra=`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its line end."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(fields, default=str).decode()


def logging_config(level: str) -> dict[str, Any]:
    """Return the `logging.config.dictConfig` of the service and of gunicorn."""
    to_stderr = {"handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "ml_api": {**to_stderr, "level": level.upper()},
            "gunicorn.error": {**to_stderr, "level": level.upper()},
            "gunicorn.access": {**to_stderr, "level": level.upper()},
        },
    }


def short(error: Exception) -> str:
    """Return the first line: SQLAlchemy adds the statement and a link."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"


class RequestLog:
    """Writes the request log.

    Parameters
    ----------
    stream : binary file, optional
        Unbuffered, so that each line is one write and lines of several workers do not mix.
        Standard output when None.
    """

    def __init__(self, stream: BinaryIO | None = None):
        self._stream = stream or open(  # pylint: disable=consider-using-with
            sys.__stdout__.fileno() if sys.__stdout__ else 1, "wb", buffering=0, closefd=False
        )
        self.lost = 0

    def write(self, fields: dict[str, Any]) -> None:
        """Write one line. A log that cannot be written (disk full) must not fail the request."""
        try:
            self._stream.write(orjson.dumps({"at": datetime.now(UTC), **fields}) + b"\n")
        except OSError:
            self.lost += 1
