"""From the fitted pipeline to ONNX.

skl2onnx converts most of the pipeline; `converters` adds what it lacks.
"""

import copy
from typing import Any

import onnx
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingRegressor
from sklearn.pipeline import Pipeline

from regression_model.artefact import INPUT, OUTPUT
from regression_model.export.converters import known_converters

OPSET = {"": 18, "ai.onnx.ml": 3}


class ExportError(ValueError):
    """A pipeline cannot be exported, or what was exported gives other prices."""


def to_onnx(pipeline: Pipeline) -> bytes:
    """Export a fitted pipeline, all but its first step, which encodes.

    Parameters
    ----------
    pipeline : Pipeline
        As `build_pipeline` makes it, fitted. It is not changed.

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
    width = len(pipeline[0].get_feature_names_out())
    try:
        model = convert(pipeline[1:], width)
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise ExportError(f"The pipeline cannot be exported to ONNX: {error}") from error
    return _tidy(model).SerializeToString(deterministic=True)


def convert(estimator: Any, width: int) -> onnx.ModelProto:
    """Convert a fitted estimator, or a part of one, that takes `width` columns of numbers.

    Parameters
    ----------
    estimator : transformer or regressor
        Fitted. It is not changed.
    width : int

    Returns
    -------
    onnx.ModelProto
        With one input `features`, float32 of shape (n, width), and one output.

    Raises
    ------
    RuntimeError, NotImplementedError, ValueError
        If a part has no counterpart in ONNX.
    """
    converters, shapes = known_converters()
    return convert_sklearn(
        _by_position(estimator),
        name="regression_model",
        initial_types=[(INPUT, FloatTensorType([None, width]))],
        target_opset=OPSET,
        custom_conversion_functions=converters,
        custom_shape_calculators=shapes,
    )


def parts_of(estimator: Any) -> list[tuple[str, Any, list[str] | None]]:
    """Return the fitted estimators that one is made of, if any, in order.

    Parameters
    ----------
    estimator : transformer or regressor

    Returns
    -------
    list of tuple
        Name, estimator, and the columns that it is given; None stands for all.
    """
    if isinstance(estimator, Pipeline):
        return [(name, step, None) for name, step in estimator.steps]
    if isinstance(estimator, ColumnTransformer):
        return [each for each in estimator.transformers_ if len(each[2])]
    if isinstance(estimator, VotingRegressor):
        return [(name, each, None) for name, each in estimator.named_estimators_.items()]
    return []


def _by_position(estimator: Any) -> Any:
    """Copy a fitted estimator, its columns named by position: in ONNX they have no names."""
    estimator = copy.deepcopy(estimator)
    parts = [estimator]
    for part in parts:
        parts += [each for _, each, _ in parts_of(part)]
        if isinstance(part, ColumnTransformer):
            names = list(part.feature_names_in_)
            part.transformers_ = [
                (name, transformer, [names.index(column) for column in columns])
                for name, transformer, columns in part.transformers_
            ]
    return estimator


def _tidy(model: onnx.ModelProto) -> onnx.ModelProto:
    """Give the output its name, and drop what changes from run to run."""
    old = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = [OUTPUT if name == old else name for name in node.output]
    model.graph.output[0].name = OUTPUT
    model.doc_string = ""
    # skl2onnx takes them from a set, whose order is another one in each process
    opsets = sorted(model.opset_import, key=lambda opset: opset.domain)
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    return model
