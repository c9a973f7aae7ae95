"""From the fitted pipeline to ONNX, and the proof that both give the same price.

skl2onnx converts most of the pipeline; `converters` adds what it lacks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import onnx
import pandas as pd
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from regression_model.artefact import INPUT, OUTPUT
from regression_model.converters import register
from regression_model.schema import FeatureSchema

OPSET = {"": 18, "ai.onnx.ml": 3}

# logarithms of prices may differ by so much between scikit-learn and ONNX, which is float32
TOLERANCE = 1e-5


class ExportError(ValueError):
    """A pipeline cannot be exported, or what was exported gives other prices."""


def to_onnx(pipeline: Pipeline) -> bytes:
    """Export a fitted pipeline, all but its first step, which encodes.

    Parameters
    ----------
    pipeline : Pipeline
        As `regression_model.pipeline.build_pipeline` makes it, fitted. It is not changed.

    Returns
    -------
    bytes
        An ONNX model with one input `features`, float32 of shape (n, n_features), and one output
        `log_price`, float32 of shape (n, 1). The same pipeline gives the same bytes.

    Raises
    ------
    ExportError
        If a part of the pipeline has no counterpart in ONNX.
    """
    converters, shapes = register()
    width = len(pipeline[0].get_feature_names_out())
    try:
        model = convert_sklearn(
            _by_position(pipeline[1:]),
            name="regression_model",
            initial_types=[(INPUT, FloatTensorType([None, width]))],
            target_opset=OPSET,
            custom_conversion_functions=converters,
            custom_shape_calculators=shapes,
        )
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise ExportError(f"The pipeline cannot be exported to ONNX: {error}") from error
    return _tidy(model).SerializeToString(deterministic=True)


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


def _by_position(estimator: Any) -> Any:
    """Copy a fitted pipeline, its columns named by position: in ONNX they have no names."""
    estimator = copy.deepcopy(estimator)
    for part in _parts(estimator):
        if isinstance(part, ColumnTransformer):
            names = list(part.feature_names_in_)
            part.transformers_ = [
                (name, transformer, [names.index(column) for column in columns])
                for name, transformer, columns in part.transformers_
            ]
    return estimator


def _parts(estimator: Any) -> Iterable[Any]:
    """Yield an estimator and all those inside it that are fitted."""
    yield estimator
    if isinstance(estimator, Pipeline):
        inner = [step for _, step in estimator.steps]
    elif isinstance(estimator, ColumnTransformer):
        inner = [each[1] for each in estimator.transformers_]
    else:
        inner = getattr(estimator, "estimators_", [])
        inner = inner if isinstance(inner, list) else []
    for each in inner:
        yield from _parts(each)


def _tidy(model: onnx.ModelProto) -> onnx.ModelProto:
    """Give the output its name, and drop what changes from run to run."""
    old = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = [OUTPUT if name == old else name for name in node.output]
    model.graph.output[0].name = OUTPUT
    model.doc_string = ""
    return model
