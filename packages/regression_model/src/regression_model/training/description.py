"""What the manifest of a new model says."""

import hashlib
import json
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import Any

import numpy as np
import pandas as pd

from regression_model.artefact import Manifest
from regression_model.data import prices_of
from regression_model.data.fingerprint import fingerprint
from regression_model.evaluation import MEAN_LOG_PRICE
from regression_model.training.run import Run
from regression_model.version import __version__

LIBRARIES = ("numpy", "onnxruntime", "pandas", "scikit-learn", "skl2onnx", "skops")


def describe(sales: pd.DataFrame, run: Run, result: dict[str, Any], exported: bytes) -> Manifest:
    """Write down what a model is.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
        What it was trained on.
    run : Run
    result : dict
        As `regression_model.evaluation.summarise` gives it.
    exported : bytes
        The ONNX model.

    Returns
    -------
    Manifest
    """
    config, data = run.config.to_dict(), fingerprint(sales)
    inputs = json.dumps([data, config, run.seed], sort_keys=True)
    metrics = {name: value for name, value in result.items() if name not in ("rows", "folds")}
    mean = float(np.log(prices_of(sales)).mean())
    return Manifest(
        model_version=f"{__version__}+{hashlib.sha256(inputs.encode()).hexdigest()[:8]}",
        onnx_sha256=hashlib.sha256(exported).hexdigest(),
        schema=run.schema,
        data_sha256=data,
        rows=len(sales),
        config=config,
        metrics=metrics | {MEAN_LOG_PRICE: mean},
        libraries={"python": platform.python_version()}
        | {name: installed_version(name) for name in LIBRARIES},
        seed=run.seed,
        git_commit=_git_commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _git_commit() -> str | None:
    git = shutil.which("git")
    if not git:
        return None
    asked = subprocess.run(
        [git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False, timeout=10
    )
    return asked.stdout.strip() if asked.returncode == 0 else None
