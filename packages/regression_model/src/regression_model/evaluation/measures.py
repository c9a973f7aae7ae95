"""How good a model is, beside one that knows nothing: the mean of the log prices."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score, root_mean_squared_error

from regression_model.artefact import Model
from regression_model.data import check_sales, prices_of
from regression_model.encoding import encode_table

# in the metrics of a manifest: what the mean predictor learned in training
MEAN_LOG_PRICE = "mean_log_price"
FIGURES = ("rmse", "rmse_log", "r2")


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
    check_sales(sales, schema=model.schema)
    prices = prices_of(sales)
    matrix, _ = encode_table(sales, model.schema)
    mean = model.manifest.metrics.get(MEAN_LOG_PRICE, np.log(prices).mean())
    return {
        "rows": len(sales),
        **measure(prices, model.predict(matrix)),
        "baseline": measure(prices, np.full(len(prices), np.exp(mean))),
    }
