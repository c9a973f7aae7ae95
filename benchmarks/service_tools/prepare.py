"""What has to be there before anything is measured: model, pipeline, bodies, the peers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from service_tools.contenders import MODEL, OUR_BIN, PEERS_BIN, ROOT, WORK, all_contenders

SIZES = (1, 100)
# different bodies in turn, so that nobody's cache answers
BODIES = 32
KINDS = {"integer": "integer", "number": "number"}


def prepare(peers: bool) -> None:
    """Make all that is missing in .bench."""
    WORK.mkdir(parents=True, exist_ok=True)
    train()
    write_bodies()
    write_columns()
    if peers:
        write_pipeline()
        install_peers()
        write_mlflow_model()


def say(text: str) -> None:
    """Report progress."""
    print(text, file=sys.stderr, flush=True)


def train() -> None:
    """Train the default model on the simulated table, unless there is one that still loads."""
    # pylint: disable=import-outside-toplevel  # brings scikit-learn, which --help need not wait for
    from regression_model import ModelError
    from regression_model.training import load_pipeline

    with contextlib.suppress(ModelError):
        load_pipeline(MODEL)
        return
    say("training the model")
    command = [OUR_BIN / "regression-model", "train", "--config", "default"]
    subprocess.run([*command, "--model", MODEL], check=True, stdout=sys.stderr)


def houses(rows: int, seed: int) -> list[dict]:
    """Return simulated houses as a client would send them: plain JSON values, null for missing."""
    # pylint: disable=import-outside-toplevel  # brings pandas, which --help need not wait for
    from regression_model import HOUSES
    from regression_model.simulation import simulate_sales

    table = simulate_sales(rows=rows, seed=seed)[list(HOUSES.names)]
    return json.loads(table.to_json(orient="records"))


def bodies_file(size: int, contender: str = "floor") -> Path:
    """Return the file of bodies of so many rows for one contender."""
    before = all_contenders()[contender].before
    return WORK / f"bodies_{size}{'_' + contender if before else ''}.jsonl"


def write_bodies() -> None:
    """Write the bodies, one a line, in each form that a contender asks for."""
    rows = houses(max(SIZES) * BODIES, seed=5)
    (WORK / "sample.json").write_text(json.dumps(rows[:200]), encoding="utf-8")
    for contender in all_contenders().values():
        for size in SIZES:
            parts = [rows[start : start + size] for start in range(0, size * BODIES, size)]
            lines = [contender.body(json.dumps(part).encode()) for part in parts]
            bodies_file(size, contender.name).write_bytes(b"\n".join(lines) + b"\n")


def write_columns() -> None:
    """Tell the peers what a row may hold."""
    from regression_model import HOUSES  # pylint: disable=import-outside-toplevel

    columns = [
        {
            "name": feature.name,
            "kind": "integer" if feature.has_integer_codes else KINDS.get(feature.kind, "text"),
            "required": feature.required,
        }
        for feature in HOUSES
    ]
    (WORK / "columns.json").write_text(json.dumps(columns), encoding="utf-8")


def write_pipeline() -> None:
    """Hand the peers the very pipeline that our model was exported from."""
    # pylint: disable=import-outside-toplevel  # only a run with peers needs scikit-learn
    import joblib
    from regression_model.training import load_pipeline

    target = WORK / "pipeline.joblib"
    if not _is_newer(target, MODEL / "manifest.json"):
        joblib.dump(load_pipeline(MODEL), target)


def _is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def install_peers() -> None:
    """Make the peers' environment from its lock, when there is none or the lock is newer."""
    lock, done = ROOT / "requirements" / "peers.txt", PEERS_BIN.parent / "ready"
    if _is_newer(done, lock):
        return
    say("installing the peers (once, about a minute)")
    uv, python = OUR_BIN / "uv", PEERS_BIN / "python"
    if not python.exists():
        venv = [uv, "venv", "--quiet", "--python", sys.executable, PEERS_BIN.parent]
        subprocess.run(venv, check=True)
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
    subprocess.run([*sync, "--python", python, lock], check=True)
    done.touch()


def write_mlflow_model() -> None:
    """Save the pipeline as mlflow wants it, with mlflow's own environment."""
    target = WORK / "mlflow_model"
    if _is_newer(target, WORK / "pipeline.joblib"):
        return
    say("saving the model for mlflow")
    shutil.rmtree(target, ignore_errors=True)
    script = ROOT / "benchmarks" / "service_peers" / "mlflow_model.py"
    subprocess.run(
        [PEERS_BIN / "python", script, target],
        env=os.environ | all_contenders()["mlflow"].environ,
        stdout=sys.stderr,
        check=True,
    )
