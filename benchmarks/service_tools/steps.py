"""Where the time of a request goes: clocks around the steps of our own request path."""

import contextlib
import io
import os
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np
from werkzeug.test import EnvironBuilder

from clocks import Clocks
from common import MODEL, table
from service_tools.contenders import MODES, SIZES, all_contenders
from service_tools.report import Everyone

REPEATS = 100
CHECK, PRICE, KEEP = "read and check the rows", "price them", "keep"
REST = "Flask, ids, log, metrics, the answer"
SERVER = "gunicorn and the network; in production the relay"
SECTION = f"""### Where the time goes

Processor time, microseconds, every default on; medians of {REPEATS} interleaved requests in one
process. The last step is what the servers above took for a request beyond that.

"""


def steps_section(everyone: Everyone) -> str:
    """Time the steps in both modes; return where the time goes, as markdown."""
    columns = {}
    for size, rows in SIZES.items():
        for mode, took in _measure(size).items():
            took[SERVER] = everyone[mode].median(size, "cpu_ms") * 1000 - sum(took.values())
            columns[f"{mode}, {rows}"] = took
    steps = (CHECK, PRICE, KEEP, REST, SERVER)
    lines = [[step, *(f"{took[step]:,.0f}" for took in columns.values())] for step in steps]
    return SECTION + table(["step", *columns], lines)


def _measure(size: int) -> dict[str, dict[str, float]]:
    """Return the microseconds of each step, by mode."""
    # a thread's time: production mode has others, which answer nothing
    clocks, turns = Clocks(time.thread_time), {mode: [] for mode in MODES}
    with ExitStack() as stack:
        # "every default on" keeps its files where it runs, and writes its log to standard output
        stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        log = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
        stack.enter_context(contextlib.redirect_stdout(log))
        calls = {mode: _request(mode, size, clocks, stack) for mode in MODES}
        for _ in range(REPEATS + 1):
            for mode, call in calls.items():
                clocks.reset()
                call()
                took = np.array([clocks.spent[step][1] for step in (CHECK, PRICE, KEEP)])
                turns[mode].append([*took, clocks.all()[1] - took.sum()])
    # what is made at the first use is no part of a step
    medians = {mode: np.median(taken[1:], axis=0) * 1e6 for mode, taken in turns.items()}
    return {mode: dict(zip((CHECK, PRICE, KEEP, REST), took)) for mode, took in medians.items()}


def _request(mode: str, size: int, clocks: Clocks, stack: ExitStack) -> Callable[[], bytes]:
    """Return a call of the application with one request, clocks around its steps."""
    # pylint: disable=import-outside-toplevel  # only here is our service wanted in this process
    from ml_api.app import create_app
    from ml_api.routes import predictions
    from ml_api.service import service_of
    from ml_api.settings import Settings

    app = create_app(Settings(model=MODEL, mode=mode))
    service = service_of(app)
    stack.callback(service.store.close)
    for thread in threading.enumerate():
        if thread.name == "compare":  # then the compiled check is in force
            thread.join()
    clocks.time(service.check, "check_body", CHECK)
    clocks.time(service.store, "save", KEEP)
    stack.callback(setattr, predictions, "predict", predictions.predict)
    if mode == MODES[0]:  # both call it
        clocks.time(predictions, "predict", PRICE)
    contender = all_contenders()[mode]
    body = contender.bodies(size).read_bytes().splitlines()[0]
    request = {"path": contender.path, "method": "POST", "content_type": "application/json"}
    environ = EnvironBuilder(**request, data=body).get_environ()
    return lambda: b"".join(app(environ | {"wsgi.input": io.BytesIO(body)}, lambda *_: None))
