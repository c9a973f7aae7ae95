"""From the fitted pipeline to ONNX.

skl2onnx converts most of the pipeline; `converters` adds what it lacks.
"""

import copy
from collections.abc import Iterable
from typing import Any

import onnx
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
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
    converters, shapes = known_converters()
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
    # skl2onnx takes them from a set, whose order is another one in each process
    opsets = sorted(model.opset_import, key=lambda opset: opset.domain)
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    return model
