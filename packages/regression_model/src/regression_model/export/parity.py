"""The proof that what is served prices every row as scikit-learn does."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from regression_model.export.conversion import ExportError
from regression_model.schema import FeatureSchema

# logarithms of prices may differ by so much between scikit-learn and ONNX, which is float32
TOLERANCE = 1e-5


def largest_difference(
    pipeline: Pipeline, predict: Callable[[np.ndarray], np.ndarray], sales: pd.DataFrame
) -> float:
    """Compare the pipeline and its export, row by row.

    Parameters
    ----------
    pipeline : Pipeline
        The fitted pipeline.
    predict : callable
        The export: encoded rows of shape (n, n_features) to prices in dollars of shape (n,).
    sales : DataFrame of shape (n_rows, n_columns)
        Rows to compare on.

    Returns
    -------
    float
        The largest difference between logarithms of prices.
    """
    encoded = pipeline[0].transform(sales)
    expected = pipeline[1:].predict(encoded)
    return float(np.max(np.abs(np.log(predict(encoded.to_numpy())) - expected), initial=0.0))


def check_parity(
    pipeline: Pipeline,
    predict: Callable[[np.ndarray], np.ndarray],
    sales: pd.DataFrame,
    *,
    seed: int = 0,
) -> float:
    """Make sure that the export prices every row as scikit-learn does, and odd rows too.

    Parameters
    ----------
    pipeline, predict, sales
        As for `largest_difference`.
    seed : int
        Seed of the odd rows.

    Returns
    -------
    float
        The largest difference between logarithms of prices.

    Raises
    ------
    ExportError
        If it is more than `TOLERANCE`.
    """
    rows = pd.concat([sales, odd_rows(sales, pipeline[0].schema, seed=seed)], ignore_index=True)
    difference = largest_difference(pipeline, predict, rows)
    if not np.isfinite(difference) or difference > TOLERANCE:
        raise ExportError(
            f"ONNX and scikit-learn differ by {difference:.2g} in the logarithm of a price; "
            f"at most {TOLERANCE:g} is allowed"
        )
    return difference


def odd_rows(
    sales: pd.DataFrame, schema: FeatureSchema, *, seed: int = 0, most: int = 500
) -> pd.DataFrame:
    """Make rows like those that a service gets one day: gaps, new codes, and other columns' luck.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
        Sales to start from.
    schema : FeatureSchema
    seed : int
    most : int
        Make no more rows than this.

    Returns
    -------
    DataFrame of shape (at most `most`, n_columns)
    """
    random = np.random.default_rng(seed)
    odd = sales.sample(min(most, len(sales)), random_state=seed).reset_index(drop=True)
    for feature in schema:
        if feature.name not in odd:
            continue
        column = odd[feature.name].astype(object)
        column = column.iloc[random.permutation(len(odd))].reset_index(drop=True)
        if feature.is_category:
            new = -1 if feature.has_integer_codes else "never seen"
            column[random.random(len(odd)) < 0.1] = new
        if not feature.required:
            column[random.random(len(odd)) < 0.2] = None
        odd[feature.name] = column
    return odd
