"""How good a model is, always beside one that knows nothing: the mean of the log prices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score, root_mean_squared_error
from sklearn.model_selection import KFold
from threadpoolctl import threadpool_limits

from regression_model.artefact import Model
from regression_model.config import TrainingConfig
from regression_model.encoding import encode_table
from regression_model.houses import HOUSES
from regression_model.pipeline import build_pipeline
from regression_model.schema import FeatureSchema
from regression_model.sources import PRICE, check_sales

# in the metrics of a manifest: what the mean predictor learned in training
MEAN_LOG_PRICE = "mean_log_price"

FIGURES = ("rmse", "rmse_log", "r2")

Progress = Callable[[str], Any]


class OutOfFold(NamedTuple):
    """Predictions for each sale by a model that has not seen it.

    Parameters
    ----------
    predicted, baseline : ndarray of float64, shape (n_rows,)
        Prices in dollars, by the model and by the mean predictor.
    folds : list of ndarray of int
        Positions of the rows of each fold.
    """

    predicted: np.ndarray
    baseline: np.ndarray
    folds: list[np.ndarray]


def measure(prices: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Compare predictions with prices.

    Parameters
    ----------
    prices, predicted : ndarray of float, shape (n_rows,)
        Dollars, above zero.

    Returns
    -------
    dict of str to float
        "rmse" in dollars, "rmse_log" of natural logarithms, and "r2" of dollars. With a single
        row, "r2" is 0: one price has no spread to explain.

    Examples
    --------
    >>> measure(np.array([100_000, 200_000]), np.array([110_000, 190_000]))["rmse"]
    10000.0
    """
    return {
        "rmse": float(root_mean_squared_error(prices, predicted)),
        "rmse_log": float(root_mean_squared_error(np.log(prices), np.log(predicted))),
        "r2": float(r2_score(prices, predicted)) if len(prices) > 1 else 0.0,
    }


def evaluate(model: Model, sales: pd.DataFrame) -> dict[str, Any]:
    """Measure a model as it is served: through ONNX.

    Parameters
    ----------
    model : Model
        As `load_model` gives it.
    sales : DataFrame of shape (n_rows, n_columns)
        Houses with their prices; best those that the model has not seen.

    Returns
    -------
    dict
        "rows", the figures of `measure`, and under "baseline" the same figures for the mean of
        the log prices in training.

    Raises
    ------
    DataError
        If a sale breaks a rule of the model's schema, or has no price.
    """
    check_sales(sales, name="The table", schema=model.schema)
    prices = prices_of(sales)
    matrix, _ = encode_table(sales, model.schema)
    mean = model.manifest.metrics.get(MEAN_LOG_PRICE, np.log(prices).mean())
    return {
        "rows": len(sales),
        **measure(prices, model.predict(matrix)),
        "baseline": measure(prices, np.full(len(prices), np.exp(mean))),
    }


def cross_validate(
    sales: pd.DataFrame,
    config: TrainingConfig,
    *,
    folds: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
    schema: FeatureSchema = HOUSES,
) -> dict[str, Any]:
    """Train and measure a configuration on folds: each sale is priced by a model that never saw it.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
    config : TrainingConfig
    folds : int
        Number of folds, `KFold(folds, shuffle=True, random_state=seed)`.
    seed : int
        Seed of the folds and of the training.
    progress : callable, optional
        Called with a few words at the beginning of each fold.
    schema : FeatureSchema

    Returns
    -------
    dict
        "rows", the figures of `measure` as the mean of all folds, "baseline" likewise, and
        "folds": a list of the same for each fold.

    Raises
    ------
    DataError
        If a sale breaks a rule of the schema, or has no price.
    ValueError
        If there are fewer sales than folds.
    """
    check_sales(sales, name="The table", schema=schema)
    predictions = predict_out_of_fold(
        sales, config, folds=folds, seed=seed, progress=progress, schema=schema
    )
    return summarise(prices_of(sales), predictions)


def predict_out_of_fold(
    sales: pd.DataFrame,
    config: TrainingConfig,
    *,
    folds: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
    schema: FeatureSchema = HOUSES,
) -> OutOfFold:
    """Price each sale by a pipeline fitted on the other folds; see `cross_validate`.

    Returns
    -------
    OutOfFold

    Raises
    ------
    ValueError
        If there are fewer sales than folds.
    """
    if len(sales) < folds:
        raise ValueError(f"{folds} folds need at least as many sales; there are {len(sales)}")
    log_prices = np.log(prices_of(sales))
    predicted, baseline = np.empty(len(sales)), np.empty(len(sales))
    tested = []
    for train, test in KFold(folds, shuffle=True, random_state=seed).split(sales):
        if progress:
            progress(f"fold {len(tested) + 1} of {folds}")
        pipeline = build_pipeline(config, schema, seed=seed)
        fit(pipeline, sales.iloc[train], log_prices[train])
        predicted[test] = pipeline.predict(sales.iloc[test])
        baseline[test] = log_prices[train].mean()
        tested.append(test)
    return OutOfFold(np.exp(predicted), np.exp(baseline), tested)


def fit(pipeline: Any, sales: pd.DataFrame, log_prices: np.ndarray) -> None:
    """Fit a pipeline on one thread: so many rows take no longer, and sums keep their order.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted in place.
    sales : DataFrame of shape (n_rows, n_columns)
    log_prices : ndarray of float, shape (n_rows,)
    """
    with threadpool_limits(limits=1):
        pipeline.fit(sales, log_prices)


def summarise(prices: np.ndarray, predictions: OutOfFold) -> dict[str, Any]:
    """Measure predictions fold by fold, and take the mean.

    Parameters
    ----------
    prices : ndarray of float, shape (n_rows,)
        Dollars.
    predictions : OutOfFold

    Returns
    -------
    dict
        As `cross_validate` gives it.
    """
    folds = [
        {
            "rows": len(rows),
            **measure(prices[rows], predictions.predicted[rows]),
            "baseline": measure(prices[rows], predictions.baseline[rows]),
        }
        for rows in predictions.folds
    ]
    return {
        "rows": len(prices),
        **_means(folds),
        "baseline": _means([fold["baseline"] for fold in folds]),
        "folds": folds,
    }


def prices_of(sales: pd.DataFrame) -> np.ndarray:
    """Return the prices of sales, in dollars, as an array of float64 of shape (n_rows,)."""
    return sales[PRICE].to_numpy(dtype=np.float64)


def _means(figures: list[dict[str, Any]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in figures])) for name in FIGURES}
