"""Where the time of a request goes: every step of our own request path, timed in one process."""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from service_tools.contenders import MODEL, OURS_PATH
from service_tools.prepare import SIZES, bodies_file

REPEATS = 400
PIPELINE_REPEATS = 30

Steps = dict[str, float]
READ, PRICE, WRITE = "parse, check, encode", "ONNX run, to dollars", "write the JSON"


def processor_time(call: Callable[[], Any]) -> float:
    """Return the processor time of one call, in microseconds.

    Not the time on the clock: what other processes of the machine do would be counted with it. And
    of the second call of two: what was timed before it must not decide what is in the caches.
    """
    call()
    start = time.thread_time()
    call()
    return (time.thread_time() - start) * 1e6


def in_turns(calls: Mapping[str, Callable[[], Any]], repeats: int = REPEATS) -> list[Steps]:
    """Time calls in turns, so that a busy moment of the machine meets all of them alike.

    Returns
    -------
    list of dict of str to float
        Microseconds by name, turn by turn.
    """
    for call in calls.values():
        call()  # what is made at the first use is no part of a step
    return [{name: processor_time(call) for name, call in calls.items()} for _ in range(repeats)]


def median(turns: list[Steps], name: str, less: str | None = None) -> float:
    """Return the median over the turns of a time, or of what it exceeds another by."""
    return statistics.median(turn[name] - (turn[less] if less else 0) for turn in turns)


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


def served_caller(app: Any, body: bytes) -> Callable[[], bytes]:
    """Return a call of the worker with one request as it comes from the network."""
    # pylint: disable=import-outside-toplevel
    from gunicorn.config import Config
    from ml_api.connections import Arrival, Whole
    from ml_api.server import Logger
    from ml_api.worker import Worker

    head = (
        f"POST {OURS_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    address = ("127.0.0.1", 80)
    arrival = Arrival(head.encode() + body)
    assert arrival.is_ready()
    conn = SimpleNamespace(arrival=arrival, client=address, server=address)
    config = Config()
    worker = Worker(1, os.getppid(), [], None, 30, config, Logger(config))
    worker.wsgi = app

    def call() -> bytes:
        whole = Whole(config, conn)
        worker.handle(whole)
        return whole.answer()

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
        turns = in_turns({"predict": partial(pipeline.predict, table)}, PIPELINE_REPEATS)
        times[size] = median(turns, "predict") / 1000
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


def _steps(size: int, folder: Path) -> Steps:
    body = bodies_file(size).read_bytes().splitlines()[0]
    store = {"store": f"sqlite:///{folder / 'steps.db'}", "spool": folder / "spool"}
    off = {"request_log": False, "store": None, "metrics": False}
    whole = _application(**store)
    calls = _inner(body, size) | {
        "plain": request_caller(_application(**off), body),
        "and metrics": request_caller(_application(**off | {"metrics": True}), body),
        "and store": request_caller(_application(**store, request_log=False), body),
        "and log": request_caller(whole, body),
        "and server": served_caller(whole, body),
    }
    with _log_to(os.devnull):
        turns = in_turns(calls)
    inner = {name: median(turns, name) for name in (READ, PRICE, WRITE)}
    around = {
        "Flask, Werkzeug, request id": median(turns, "plain") - sum(inner.values()),
        "metrics": median(turns, "and metrics", "plain"),
        "hand to the store": median(turns, "and store", "and metrics"),
        "request log": median(turns, "and log", "and store"),
        "gunicorn: parse the request, write the answer": median(turns, "and server", "and log"),
    }
    return inner | around | {"whole request, without the network": median(turns, "and server")}


def _inner(body: bytes, size: int) -> dict[str, Callable[[], Any]]:
    """Return the steps that are ours alone, each with what it needs from the one before."""
    # pylint: disable=import-outside-toplevel  # only here is our service wanted in this process
    import orjson
    from ml_api.pricing import read_rows
    from ml_api.serving import open_serving
    from regression_model.prediction import price_rows

    serving = open_serving(MODEL)
    matrix, errors, _ = read_rows(serving, body, size)
    prices = price_rows(serving.model, matrix, errors)
    answer = {"predictions": prices, "version": serving.model.version, "errors": errors}
    return {
        READ: lambda: read_rows(serving, body, size),
        PRICE: lambda: price_rows(serving.model, matrix, errors),
        WRITE: lambda: orjson.dumps(answer),
    }


def _application(**settings: Any) -> Any:
    # pylint: disable=import-outside-toplevel
    from ml_api.app import create_app
    from ml_api.settings import Settings

    return create_app(Settings(model=MODEL, **settings))


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
