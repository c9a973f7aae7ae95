"""Who is measured: how each is started, how rows are sent to it, how prices are read from it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parent
SCRATCH = ROOT / ".bench"
WORK = SCRATCH / "service"
MODEL = SCRATCH / "default"
PEERS_BIN = SCRATCH / "peers" / "bin"
OUR_BIN = Path(sys.executable).parent
OURS_PATH = "/v1/predict/regression"
BARE = {"ML_API_REQUEST_LOG": "off", "ML_API_STORE": "off"}


@dataclass(frozen=True)
class Contender:
    """One way to serve.

    Parameters
    ----------
    name, title : str
        For the command line and for the table.
    command : list of str
        How it is started; `{port}` stands for the port.
    environ : dict
        Environment variables it needs.
    path, ready : str
        Route of predictions; route that answers 200 when it can serve.
    before, after : bytes
        What stands around the list of rows in the body.
    prices : callable
        Reads dollars out of a parsed answer; None for a server that predicts nothing.
    """

    name: str
    title: str
    command: list[str]
    path: str = "/predict"
    ready: str = "/health"
    environ: dict[str, str] = field(default_factory=dict)
    before: bytes = b""
    after: bytes = b""
    prices: Callable[[Any], list[float]] | None = None

    def body(self, rows: bytes) -> bytes:
        """Return the request body for a JSON list of rows."""
        return self.before + rows + self.after

    def read_prices(self, answer: bytes) -> list[float] | None:
        """Return the prices of an answer."""
        return self.prices(json.loads(answer)) if self.prices else None


def _predictions(answer: Any) -> list[float]:
    return answer["predictions"]


def _from_logs(answer: Any) -> list[float]:
    # the saved pipeline answers the logarithm of the price
    return [math.exp(value) for value in answer["predictions"]]


def _ours(name: str, title: str, **environ: str) -> Contender:
    always = {"ML_API_MODEL": str(MODEL), "PORT": "{port}"}
    return Contender(
        name,
        title,
        [str(OUR_BIN / "ml-api")],
        OURS_PATH,
        "/ready",
        always | environ,
        prices=_predictions,
    )


def _like_ours(worker_class: str = "", preload: bool = True) -> list[str]:
    """Return gunicorn's command line with the settings of our service."""
    # pylint: disable=import-outside-toplevel  # for --help the packages need not be there
    from ml_api.server import gunicorn_options
    from ml_api.settings import Settings

    options = gunicorn_options(Settings())
    if worker_class:
        options["worker_class"] = worker_class
    command = [str(OUR_BIN / "gunicorn"), "--bind", "127.0.0.1:{port}"]
    command += ["--preload"] if preload else []
    for name in ("workers", "worker_class", "threads", "keepalive", "worker_tmp_dir"):
        flag = {"keepalive": "keep-alive"}.get(name, name.replace("_", "-"))
        command += [f"--{flag}", str(options[name])]
    return [*command, "--no-control-socket", "--log-level", "warning"]


def _peer_environ() -> dict[str, str]:
    return {
        "BENCH": str(WORK),
        "PYTHONPATH": f"{BENCHMARKS}:{ROOT / 'packages/regression_model/src'}",
        # nothing of a benchmark is anybody's statistics
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "BENTOML_DO_NOT_TRACK": "true",
        "BENTOML_HOME": str(WORK / "bentoml"),
    }


def _stock() -> Contender:
    """Our service on gunicorn's own threaded worker, to show what ours is there for."""
    # its model is loaded by each worker: onnxruntime does not survive a fork
    command = [*_like_ours("gthread", preload=False), "ml_api.app:create_app()"]
    return Contender(
        "stock",
        "the same on gunicorn's stock threads",
        command,
        OURS_PATH,
        "/ready",
        {"ML_API_MODEL": str(MODEL), "PROMETHEUS_MULTIPROC_DIR": str(WORK)} | BARE,
        prices=_predictions,
    )


def _floor() -> Contender:
    folder = str(BENCHMARKS / "service_floor")
    command = [*_like_ours(), "--chdir", folder, "floor:app"]
    return Contender("floor", "floor: bare Flask route", command)


def _peers() -> list[Contender]:
    environ = _peer_environ()
    uvicorn = [
        *(str(PEERS_BIN / "uvicorn"), "service_peers.fastapi_app:app", "--workers", "2"),
        *("--port", "{port}", "--no-access-log", "--log-level", "warning"),
    ]
    mlflow = [
        *(str(PEERS_BIN / "mlflow"), "models", "serve", "--env-manager", "local"),
        *("--model-uri", str(WORK / "mlflow_model"), "--workers", "2", "--port", "{port}"),
    ]
    bentoml = [
        *(str(PEERS_BIN / "bentoml"), "serve", "service_peers.bento_service:House"),
        *("--working-dir", str(BENCHMARKS), "--host", "127.0.0.1"),
        *("--port", "{port}"),
    ]
    return [
        Contender(
            "marshmallow",
            "Flask + marshmallow + pipeline",
            [*_like_ours(), "service_peers.marshmallow_app:app"],
            environ=environ,
            prices=_predictions,
        ),
        Contender(
            "fastapi",
            "FastAPI + pydantic + pipeline",
            uvicorn,
            environ=environ,
            prices=_predictions,
        ),
        Contender(
            "mlflow",
            "mlflow models serve",
            mlflow,
            "/invocations",
            "/ping",
            environ | {"PATH": f"{PEERS_BIN}:/usr/bin:/bin"},
            b'{"dataframe_records": ',
            b"}",
            _from_logs,
        ),
        Contender(
            "bentoml", "BentoML", bentoml, "/predict", "/readyz", environ, prices=lambda it: it
        ),
    ]


def all_contenders() -> dict[str, Contender]:
    """Return everyone by name, in the order of the table."""
    store = {
        "ML_API_STORE": f"sqlite:///{WORK / 'predictions.db'}",
        "ML_API_SPOOL": str(WORK / "predictions.spool"),
    }
    everyone = [
        _floor(),
        _ours("bare", "ml_api, logging and storing off", **BARE),
        _stock(),
        _ours("ours", "ml_api, every default on", **store),
        *_peers(),
    ]
    return {contender.name: contender for contender in everyone}
