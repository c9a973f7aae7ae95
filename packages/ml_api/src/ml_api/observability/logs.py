"""Structured logs: one JSON object a line, so that they can be searched by field.

Standard output carries the request log, one line per request; standard error all else.
"""

from __future__ import annotations

import logging.config
from typing import Any

_FORMAT = {
    "()": "pythonjsonlogger.orjson.OrjsonFormatter",
    "fmt": ["levelname", "name", "process", "message"],
    "rename_fields": {"levelname": "level", "name": "logger", "process": "pid"},
    "timestamp": "at",
}


def logging_config(loggers: tuple[str, ...] = ("ml_api",)) -> dict[str, Any]:
    """Return a configuration for `logging.config.dictConfig`.

    Parameters
    ----------
    loggers : tuple of str
        Those that write to standard error; the request log is ml_api.requests.
    """

    def handler(stream: str) -> dict[str, Any]:
        return {"class": "logging.StreamHandler", "formatter": "json", "stream": stream}

    to_stderr = {"handlers": ["stderr"], "level": "INFO"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": _FORMAT},
        "handlers": {"stdout": handler("ext://sys.stdout"), "stderr": handler("ext://sys.stderr")},
        "loggers": {name: to_stderr for name in loggers}
        | {"ml_api.requests": {"handlers": ["stdout"], "level": "INFO", "propagate": False}},
    }


def configure() -> None:
    """Have the service write its logs."""
    logging.config.dictConfig(logging_config())
