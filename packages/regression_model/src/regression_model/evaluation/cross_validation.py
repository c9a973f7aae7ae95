"""How good a configuration is: each sale priced by a model that has not seen it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold

from regression_model.data import check_sales, prices_of
from regression_model.evaluation.measures import FIGURES, measure
from regression_model.pipeline import TrainingConfig, fit_pipeline
from regression_model.schema import HOUSES, FeatureSchema

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
    check_sales(sales, schema=schema)
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
        pipeline = fit_pipeline(sales.iloc[train], config, schema, seed=seed)
        predicted[test] = pipeline.predict(sales.iloc[test])
        baseline[test] = log_prices[train].mean()
        tested.append(test)
    return OutOfFold(np.exp(predicted), np.exp(baseline), tested)


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


def _means(figures: list[dict[str, Any]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in figures])) for name in FIGURES}
