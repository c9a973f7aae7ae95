"""The proof that what is served prices every row as scikit-learn does."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from regression_model.encoding import limits
from regression_model.export.conversion import ExportError
from regression_model.export.steps import differing_step
from regression_model.schema import Feature, FeatureSchema

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
    """Make sure that the export prices every row as scikit-learn does, odd ones and one alone too.

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
        If it is more than `TOLERANCE`; the text names the first step whose output differs.
    """
    odd = odd_rows(sales, pipeline[0].schema, seed=seed)
    rows = pd.concat([sales, odd], ignore_index=True)
    differences = [largest_difference(pipeline, predict, each) for each in (rows, odd.head(1))]
    difference = float(np.max(differences))
    if not np.isfinite(difference) or difference > TOLERANCE:
        step = differing_step(pipeline[1:], pipeline[0].transform(rows))
        told = (
            f"the first step whose output differs is {step}" if step else "each step agrees alone"
        )
        raise ExportError(
            f"ONNX and scikit-learn differ by {difference:.2g} in the logarithm of a price; "
            f"at most {TOLERANCE:g} is allowed; {told}."
        )
    return difference


def odd_rows(
    sales: pd.DataFrame, schema: FeatureSchema, *, seed: int = 0, most: int = 500
) -> pd.DataFrame:
    """Make rows like those that a service gets one day.

    They have gaps, new codes, and other columns' luck; and numbers beyond all that were seen: a
    house may be rebuilt after its sale.

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
        some = random.random(len(odd))
        if feature.is_category:
            column[some < 0.1] = -1 if feature.has_integer_codes else "never seen"
        else:
            low, high = _beyond(sales[feature.name], feature)
            column[some < 0.05] = low
            column[some > 0.95] = high
        if not feature.required:
            column[random.random(len(odd)) < 0.2] = None
        odd[feature.name] = column
    return odd


def _beyond(column: pd.Series, feature: Feature) -> tuple[float, float]:
    """Return numbers a tenth of the range beyond those seen, inside the limits of the schema."""
    low, high = limits(feature)
    seen = pd.to_numeric(column).dropna()
    if seen.empty:
        return max(low, 0), max(low, 0)
    more = max(1, round((seen.max() - seen.min()) / 10))
    return max(low, seen.min() - more), min(high, seen.max() + more)
