"""Who is measured: how each is started, how rows are sent to it, how prices are read from it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import BENCHMARKS, BIN, MODEL, ROOT, SCRATCH

WORK = SCRATCH / "service"
PEERS_BIN = SCRATCH / "peers" / "bin"
MODES = ("plain", "production")
PEERS = ("marshmallow", "fastapi", "mlflow", "bentoml")
SIZES = {1: "1 row", 100: "100 rows"}  # of a request
PEERS_ENVIRON = {
    "BENCH": str(WORK),
    "PYTHONPATH": f"{BENCHMARKS}:{ROOT / 'packages/regression_model/src'}",
    # nothing of a benchmark is anybody's statistics
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "BENTOML_DO_NOT_TRACK": "true",
    "BENTOML_HOME": str(WORK / "bentoml_home"),
}


@dataclass(frozen=True)
class Contender:
    """One way to serve; `{port}` in command and environ stands for the port.

    Rows go to `path`, in what `body` makes of a JSON list of them, and `prices` reads dollars out
    of the parsed answer; `ready` is the route that is no server's error (5xx) once it can serve.
    """

    name: str
    title: str
    command: list[str]
    environ: dict[str, str] = field(default_factory=PEERS_ENVIRON.copy)
    path: str = "/predict"
    ready: str = "/"
    body: Callable[[bytes], bytes] = lambda rows: rows
    prices: Callable[[Any], list[float] | None] = lambda answer: answer["predictions"]

    def bodies(self, size: int) -> Path:
        """Return the file of its request bodies of so many rows, one a line."""
        return WORK / f"{self.name}_{size}.jsonl"


def all_contenders() -> dict[str, Contender]:
    """Return everyone by name, in the order of the tables."""
    everyone = [
        Contender(
            "floor",
            "floor: bare Flask route",
            _gunicorn("service_peers.floor:app"),
            prices=lambda answer: None,
        ),
        _ml_api("plain"),
        _ml_api("production", "--production"),
        Contender(
            "marshmallow",
            "Flask + marshmallow + pipeline",
            _gunicorn("service_peers.marshmallow_app:app"),
        ),
        Contender(
            "fastapi",
            "FastAPI + pydantic + pipeline",
            _peer("uvicorn service_peers.fastapi_app:app --workers 2 --port {port}")
            + ["--no-access-log", "--log-level=warning"],
        ),
        Contender(
            "mlflow",
            "mlflow models serve",
            _peer("mlflow models serve --env-manager local --workers 2 --port {port}")
            + ["--model-uri", str(WORK / "model")],
            PEERS_ENVIRON | {"PATH": f"{PEERS_BIN}:/usr/bin:/bin"},
            "/invocations",
            "/ping",
            lambda rows: b'{"dataframe_records": %b}' % rows,
            # the saved pipeline answers the logarithm of the price
            lambda answer: [math.exp(value) for value in answer["predictions"]],
        ),
        Contender(
            "bentoml",
            "BentoML",
            _peer("bentoml serve service_peers.bento_service:House --host 127.0.0.1 --port {port}")
            + ["--working-dir", str(BENCHMARKS)],
            ready="/readyz",
            prices=lambda answer: answer,
        ),
    ]
    return {contender.name: contender for contender in everyone}


def _ml_api(mode: str, *arguments: str) -> Contender:
    title, command = f"ml_api, {mode}, every default on", [str(BIN / "ml-api"), *arguments]
    environ = {"ML_API_MODEL": str(MODEL), "PORT": "{port}"}
    return Contender(mode, title, command, environ, "/v1/predict/regression", "/ready")


def _gunicorn(application: str) -> list[str]:
    """Return gunicorn's command line: its stock threads, as many workers and threads as ours."""
    # pylint: disable=import-outside-toplevel  # for --help the package need not be there
    from ml_api.settings import Settings

    ours = Settings()
    size = ["--workers", str(ours.workers), "--threads", str(ours.threads)]
    server = [str(BIN / "gunicorn"), "--bind", "127.0.0.1:{port}", "--worker-class", "gthread"]
    return [*server, *size, "--preload", "--worker-tmp-dir", "/dev/shm", application]


def _peer(command: str) -> list[str]:
    program, *arguments = command.split()
    return [str(PEERS_BIN / program), *arguments]
