"""What has to be there before the service is measured: model, bodies, the peers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from common import BENCHMARKS, BIN, MODEL, ROOT, houses, say, train
from service_tools.contenders import PEERS_BIN, SIZES, WORK, all_contenders

BODIES = 32  # different ones in turn, so that nobody's cache answers


def prepare(peers: bool) -> None:
    """Make all that is missing in .bench; the environment of the peers takes a minute."""
    WORK.mkdir(parents=True, exist_ok=True)
    train()
    rows = houses(max(SIZES) * BODIES, seed=5)
    for contender in all_contenders().values():
        for size in SIZES:
            parts = [rows[start : start + size] for start in range(0, size * BODIES, size)]
            bodies = [contender.body(json.dumps(part).encode()) for part in parts]
            contender.bodies(size).write_bytes(b"\n".join(bodies) + b"\n")
    if peers:
        (WORK / "sample.json").write_text(json.dumps(rows[:200]), encoding="utf-8")
        install_peers()
        write_models()


def _is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def install_peers() -> None:
    """Make the peers' environment from its lock, when there is none or the lock is newer."""
    lock, done = ROOT / "requirements" / "peers.txt", PEERS_BIN.parent / "ready"
    if _is_newer(done, lock):
        return
    say("installing the peers (once, about a minute)")
    uv, python = BIN / "uv", PEERS_BIN / "python"
    if not python.exists():
        venv = [uv, "venv", "--quiet", "--python", sys.executable, PEERS_BIN.parent]
        subprocess.run(venv, check=True)
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
    subprocess.run([*sync, "--python", python, lock], check=True)
    done.touch()


def write_models() -> None:
    """Hand the peers the very pipeline that our model was exported from, to mlflow in its form."""
    # pylint: disable=import-outside-toplevel  # only a run with peers needs scikit-learn
    import joblib
    from regression_model.training import load_pipeline

    target = WORK / "model"
    if _is_newer(target, MODEL / "manifest.json"):
        return
    say("saving the model for mlflow")
    joblib.dump(load_pipeline(MODEL), WORK / "pipeline.joblib")
    shutil.rmtree(target, ignore_errors=True)
    command = [PEERS_BIN / "python", BENCHMARKS / "service_peers" / "mlflow_model.py", target]
    environ = os.environ | all_contenders()["mlflow"].environ
    subprocess.run(command, env=environ, stdout=sys.stderr, check=True)
