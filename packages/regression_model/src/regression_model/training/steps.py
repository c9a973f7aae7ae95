"""Training from beginning to end: one step after the other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from regression_model.artefact import Manifest
from regression_model.evaluation import predict_out_of_fold
from regression_model.pipeline import TrainingConfig, fit_pipeline
from regression_model.schema import HOUSES, FeatureSchema
from regression_model.training.place import free_place
from regression_model.training.registration import register
from regression_model.training.run import Run
from regression_model.training.validation import set_aside, validate

# in test mode: enough to run every line of training, in a second
QUICK_ROWS, QUICK_FOLDS = 200, 2

Progress = Callable[[str], Any]


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
    return fit_pipeline(sales, run.config, run.schema, seed=run.seed)


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
        Houses with their prices, in any order. Those that break a rule are set aside, into a file
        beside the report.
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
        If more sales break a rule than the configuration allows, there are too few of them, or a
        column is lacking or there twice.
    ConfigError
        If the configuration speaks of columns that the schema does not have.
    ExportError
        If ONNX would not give the prices that scikit-learn gives.
    ModelError
        If the directory holds something that is no part of a model.
    """
    step = progress or (lambda name: None)
    run = Run(config, seed, schema)
    if quick:
        sales, run = sales.head(QUICK_ROWS), Run(config.quick(), seed, schema, QUICK_FOLDS)
    target = free_place(directory)
    step("validate")
    kept, broken = set_aside(sales, run)
    sales = validate(kept, run)
    step("train")
    pipeline = fit(sales, run)
    step("evaluate")
    predictions = predict_out_of_fold(
        sales,
        run.config,
        folds=run.folds,
        seed=seed,
        progress=lambda fold: step(f"evaluate, {fold}"),
        schema=schema,
    )
    step("register")
    return register(pipeline, sales, predictions, run, target, broken)
