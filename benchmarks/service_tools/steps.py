"""Where the time of a request goes: every step of our own request path, timed in one process."""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from service_tools.contenders import MODEL, OURS_PATH
from service_tools.prepare import SIZES, bodies_file

REPEATS = 400
PIPELINE_REPEATS = 30

Steps = dict[str, float]


def microseconds(call: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the median processor time of a call.

    Not the time on the clock: what other processes of the machine do would be counted with it.
    """
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        call()
        times.append(time.thread_time() - start)
    return statistics.median(times) * 1e6


def request_caller(app: Any, body: bytes) -> Callable[[], bytes]:
    """Return a call of the whole application with one request."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": OURS_PATH,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }

    def call() -> bytes:
        answer = app(environ | {"wsgi.input": io.BytesIO(body)}, lambda *_: None)
        return b"".join(answer)

    return call


def measure_pipeline() -> dict[int, float]:
    """Time `predict` of the scikit-learn pipeline, which all peers call, on a DataFrame.

    Returns
    -------
    dict of int to float
        Milliseconds, by rows.
    """
    # pylint: disable=import-outside-toplevel  # not where our own steps are timed
    import pandas as pd
    from regression_model.training import load_pipeline

    pipeline, times = load_pipeline(MODEL), {}
    for size in SIZES:
        table = pd.DataFrame(json.loads(bodies_file(size).read_bytes().splitlines()[0]))
        call = partial(pipeline.predict, table)
        times[size] = microseconds(call, PIPELINE_REPEATS) / 1000
    return times


def measure_steps() -> dict[int, Steps]:
    """Time the steps for each size of request.

    Returns
    -------
    dict of int to dict of str to float
        Microseconds by step, by rows in the request.
    """
    with tempfile.TemporaryDirectory() as folder:
        # as gunicorn's workers do: counters shared through files
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        return {size: _steps(size, Path(folder)) for size in SIZES}


def _settings(folder: Path, **changes: Any) -> Any:
    # pylint: disable=import-outside-toplevel  # only here is our service wanted in this process
    from ml_api.settings import Settings

    store = {"store": f"sqlite:///{folder / 'steps.db'}", "spool": folder / "spool"}
    return Settings(**{"model": MODEL} | store | changes)


def _whole(folder: Path, body: bytes, **changes: Any) -> float:
    """Time a whole request with some settings changed."""
    from ml_api.app import create_app  # pylint: disable=import-outside-toplevel

    call = request_caller(create_app(_settings(folder, **changes)), body)
    call()
    return microseconds(call)


def _steps(size: int, folder: Path) -> Steps:
    # pylint: disable=import-outside-toplevel
    import orjson
    from ml_api.pricing import read_rows
    from ml_api.serving import open_serving
    from regression_model.prediction import price_rows

    body = bodies_file(size).read_bytes().splitlines()[0]
    serving = open_serving(MODEL)
    matrix, errors, _ = read_rows(serving, body, size)
    prices = price_rows(serving.model, matrix, errors)
    answer = {"predictions": prices, "version": serving.model.version, "errors": errors}
    inner = {
        "parse, check, encode": microseconds(lambda: read_rows(serving, body, size)),
        "ONNX run, to dollars": microseconds(lambda: price_rows(serving.model, matrix, errors)),
        "write the JSON": microseconds(lambda: orjson.dumps(answer)),
    }
    return inner | _around(folder, body, sum(inner.values()))


def _around(folder: Path, body: bytes, inner: float) -> Steps:
    """Time what is around the pricing, each part as the difference that switching it off makes."""
    everything = {"request_log": False, "store": None, "metrics": False}
    plain = _whole(folder, body, **everything)
    metrics = _whole(folder, body, **everything | {"metrics": True})
    stored = _whole(folder, body, request_log=False)
    with _log_to(os.devnull):
        whole = _whole(folder, body)
    return {
        "Flask, Werkzeug, request id": plain - inner,
        "metrics": metrics - plain,
        "hand to the store": stored - metrics,
        "request log": whole - stored,
        "whole request": whole,
    }


class _log_to:  # pylint: disable=invalid-name  # reads as a verb where it is used
    """Send the request log, which goes to the descriptor of standard output, elsewhere."""

    def __init__(self, path: str):
        self._path = path
        self._kept = -1

    def __enter__(self) -> None:
        sys.stdout.flush()
        self._kept = os.dup(1)
        target = os.open(self._path, os.O_WRONLY)
        os.dup2(target, 1)
        os.close(target)

    def __exit__(self, *_: Any) -> None:
        os.dup2(self._kept, 1)
        os.close(self._kept)
