"""A training run, in the steps that every one has: ingest, validate, train, evaluate, register.

What comes out is a directory: see `regression_model.artefact`. The same sales, configuration and
seed give the same predictions, to the last bit, whatever order the sales arrive in.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.pipeline import Pipeline

from regression_model import evaluation
from regression_model.artefact import MANIFEST, ONNX, Manifest, ModelError, load_model
from regression_model.config import TrainingConfig
from regression_model.encoding import encode_table
from regression_model.evaluation import OutOfFold
from regression_model.export import check_parity, to_onnx
from regression_model.fingerprint import fingerprint
from regression_model.houses import HOUSES
from regression_model.pipeline import build_pipeline
from regression_model.report import write_report
from regression_model.schema import FeatureSchema
from regression_model.sources import DataError, check_sales
from regression_model.version import __version__

PIPELINE = "pipeline.skops"
FOLDS = 5
FEWEST_ROWS = 20

# in test mode: enough to run every line of training, in a second
QUICK_ROWS, QUICK_FOLDS = 200, 2

LIBRARIES = ("numpy", "onnxruntime", "pandas", "scikit-learn", "skl2onnx", "skops")

# what a pipeline.skops of ours holds beyond what skops trusts of itself: our own classes, and parts
# of scikit-learn that hold only numbers. Nothing else is ever loaded.
TRUSTED = (
    "numpy.dtype",
    "regression_model.features.elapsed_years.ElapsedYears",
    "regression_model.features.quantile_clip.QuantileClip",
    "regression_model.features.schema_encoder.SchemaEncoder",
    "regression_model.features.totals.Totals",
    "sklearn.model_selection._split.KFold",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
)

Progress = Callable[[str], Any]


@dataclass(frozen=True)
class Run:
    """What a training run was asked for.

    Parameters
    ----------
    config : TrainingConfig
    seed : int
    schema : FeatureSchema
    folds : int
    """

    config: TrainingConfig
    seed: int = 0
    schema: FeatureSchema = HOUSES
    folds: int = FOLDS


def train(
    sales: pd.DataFrame,
    config: TrainingConfig,
    *,
    directory: str | Path,
    seed: int = 0,
    progress: Progress | None = None,
    schema: FeatureSchema = HOUSES,
    quick: bool = False,
) -> Manifest:
    """Train a model and write it to a directory, replacing the model that is there.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
        Houses with their prices, in any order.
    config : TrainingConfig
    directory : str or Path
        Where to. It is there whole or, if anything goes wrong, as it was before.
    seed : int
        Seed of everything random.
    progress : callable, optional
        Called with the name of each step.
    schema : FeatureSchema
    quick : bool
        Test mode: few rows, folds and trees, to try the code and not the model.

    Returns
    -------
    Manifest
        What was made.

    Raises
    ------
    DataError
        If a sale breaks a rule of the schema or has no price, or there are too few of them.
    ConfigError
        If the configuration speaks of columns that the schema does not have.
    ExportError
        If ONNX would not give the prices that scikit-learn gives.
    ModelError
        If the directory holds something other than a model.
    """
    step = progress or (lambda name: None)
    run = Run(config, seed, schema)
    if quick:
        sales, run = sales.head(QUICK_ROWS), Run(config.quick(), seed, schema, QUICK_FOLDS)
    step("ingest")
    target = _free_place(Path(directory))
    step("validate")
    sales = validate(sales, run)
    step("train")
    pipeline = fit(sales, run)
    step("evaluate")
    predictions = evaluation.predict_out_of_fold(
        sales,
        run.config,
        folds=run.folds,
        seed=seed,
        progress=lambda fold: step(f"evaluate, {fold}"),
        schema=schema,
    )
    step("register")
    return register(pipeline, sales, predictions, run, target)


def validate(sales: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Check that the sales can be learned from, and put them in an order of their own.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
    run : Run

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        The same rows, in the same order however they arrived.

    Raises
    ------
    DataError
        If a sale breaks a rule of the schema or has no price, or there are too few of them.
    """
    check_sales(sales, name="The table", schema=run.schema)
    if len(sales) < FEWEST_ROWS:
        raise DataError(f"{len(sales)} sales are too few to learn from: {FEWEST_ROWS} are needed.")
    matrix, _ = encode_table(sales, run.schema)
    # a database gives rows in any order; folds and random samples of them must not care
    order = np.lexsort([*matrix.T, evaluation.prices_of(sales)])
    return sales.iloc[order].reset_index(drop=True)


def fit(sales: pd.DataFrame, run: Run) -> Pipeline:
    """Fit the pipeline to all sales.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
    run : Run

    Returns
    -------
    Pipeline
        Predicts the logarithm of the price.
    """
    pipeline = build_pipeline(run.config, run.schema, seed=run.seed)
    evaluation.fit(pipeline, sales, np.log(evaluation.prices_of(sales)))
    return pipeline


def register(
    pipeline: Pipeline, sales: pd.DataFrame, predictions: OutOfFold, run: Run, directory: Path
) -> Manifest:
    """Write the artefact: export, check that it prices as the pipeline does, and move it in place.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted to all sales.
    sales : DataFrame of shape (n_rows, n_columns)
    predictions : OutOfFold
        For the report.
    run : Run
    directory : Path
        Where to.

    Returns
    -------
    Manifest

    Raises
    ------
    ExportError
        If ONNX would not give the prices that scikit-learn gives.
    """
    prices = evaluation.prices_of(sales)
    result = evaluation.summarise(prices, predictions)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}.") as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        exported = to_onnx(pipeline)
        (made / ONNX).write_bytes(exported)
        skops.io.dump(pipeline, made / PIPELINE, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
        write_report(made, result, prices, predictions.predicted)
        manifest = _describe(sales, run, result, exported)
        manifest.write(made)
        # through the very code that serves
        difference = check_parity(pipeline, load_model(made).predict, sales, seed=run.seed)
        metrics = dict(manifest.metrics) | {"onnx_difference": difference}
        manifest = replace(manifest, metrics=metrics)
        manifest.write(made)
        _move_in_place(made, directory, Path(scratch) / "old")
    return manifest


def load_pipeline(directory: str | Path) -> Pipeline:
    """Load the scikit-learn pipeline of a model; serving needs only `load_model`.

    Parameters
    ----------
    directory : str or Path
        An artefact directory.

    Returns
    -------
    Pipeline
        Takes a table of sales and predicts the logarithm of the price.

    Raises
    ------
    ModelError
        If it is not there, or holds a type that is not in `TRUSTED`.
    """
    path = Path(directory) / PIPELINE
    if not path.is_file():
        raise ModelError(f"There is no {PIPELINE} in {directory}.")
    try:
        strange = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
        if strange:
            raise ModelError(f"{path} holds what no pipeline of ours does: {', '.join(strange)}.")
        return skops.io.load(path, trusted=list(TRUSTED))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ModelError(f"{path} is damaged: {error!r:.200}") from error


def _free_place(directory: Path) -> Path:
    """Return where the model goes, if nothing but a model is lost by that."""
    directory = directory.resolve()
    if directory.exists() and not directory.is_dir():
        raise ModelError(f"{directory} is a file. Name a directory for the model.")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MANIFEST).is_file():
        raise ModelError(
            f"{directory} holds something that is no model, which training would remove. "
            "Name another directory, or empty it."
        )
    return directory


def _move_in_place(made: Path, directory: Path, old: Path) -> None:
    made.chmod(0o755)
    if directory.exists():
        directory.rename(old)
    try:
        made.rename(directory)
    except OSError:
        if old.exists():
            old.rename(directory)
        raise


def _describe(sales: pd.DataFrame, run: Run, result: dict[str, Any], exported: bytes) -> Manifest:
    config, data = run.config.to_dict(), fingerprint(sales)
    inputs = json.dumps([data, config, run.seed], sort_keys=True)
    metrics = {name: value for name, value in result.items() if name not in ("rows", "folds")}
    mean = float(np.log(evaluation.prices_of(sales)).mean())
    return Manifest(
        model_version=f"{__version__}+{hashlib.sha256(inputs.encode()).hexdigest()[:8]}",
        onnx_sha256=hashlib.sha256(exported).hexdigest(),
        schema=run.schema,
        data_sha256=data,
        rows=len(sales),
        config=config,
        metrics=metrics | {evaluation.MEAN_LOG_PRICE: mean},
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
