"""Counterparts in ONNX for what skl2onnx can't convert, or converts to too many operations.

A converter reads a fitted transformer and adds operations to a graph.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import FloatTensorType
from sklearn.impute import MissingIndicator
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, TargetEncoder

from regression_model.export.codes import one_hot, target
from regression_model.export.graph import Graph
from regression_model.features import ElapsedYears, QuantileClip, StableLasso, Totals


def known_converters() -> tuple[dict[type, Callable], dict[type, Callable]]:
    """Make our own transformers known to skl2onnx.

    Returns
    -------
    converters, shape_calculators : dict of type to callable
        For `skl2onnx.convert_sklearn`; scikit-learn's own parts are overridden in that call only.
    """
    ours = {
        ElapsedYears: _elapsed_years,
        MissingIndicator: _empty,  # scikit-learn's, and unknown to skl2onnx
        QuantileClip: _quantile_clip,
        StableLasso: _selection,
        Totals: _totals,
    }
    theirs = {FunctionTransformer: _function, OneHotEncoder: one_hot, TargetEncoder: target}
    converters = {kind: _converter(convert) for kind, convert in (ours | theirs).items()}
    for kind in ours:
        alias = f"RegressionModel{kind.__name__}"
        update_registered_converter(kind, alias, _shape, converters[kind], parser=_parser(alias))
    return converters, dict.fromkeys(converters, _shape)


def _converter(convert: Callable[[Graph], None]) -> Callable[[Any, Any, Any], None]:
    def converter(scope: Any, operator: Any, container: Any) -> None:
        convert(Graph(scope, operator, container))

    return converter


def _parser(alias: str) -> Callable:
    # skl2onnx calls it with these four names
    def parser(scope: Any, estimator: Any, inputs: list, custom_parsers: Any = None) -> list:
        del custom_parsers
        operator = scope.declare_local_operator(alias, estimator)
        operator.inputs = inputs
        # the ColumnTransformer that follows is parsed before any shape is calculated
        width = len(estimator.get_feature_names_out())
        output = scope.declare_local_variable("variable", FloatTensorType([None, width]))
        operator.outputs.append(output)
        return operator.outputs

    return parser


def _shape(operator: Any) -> None:
    """Tell skl2onnx how many columns an operation gives."""
    estimator, given = operator.raw_operator, operator.inputs[0].type
    if isinstance(estimator, FunctionTransformer):
        width = given.shape[1]
    else:
        width = len(estimator.get_feature_names_out())
    operator.outputs[0].type = type(given)([None, width])


def _elapsed_years(graph: Graph) -> None:
    names = list(graph.estimator.feature_names_in_)
    is_year = graph.constant([name in graph.estimator.columns for name in names], bool)
    reference = graph.columns([names.index(graph.estimator.reference)])
    elapsed = graph.add("Sub", reference, graph.input)
    graph.add("Where", is_year, elapsed, graph.input, output=graph.output)


def _empty(graph: Graph) -> None:
    graph.add("Cast", graph.add("IsNaN", graph.input), output=graph.output, to=TensorProto.FLOAT)


def _totals(graph: Graph) -> None:
    names = list(graph.estimator.feature_names_in_)
    # one product for each total: a missing part of one must not spoil the others
    sums = [
        graph.add(
            "MatMul",
            graph.columns(names.index(column) for column in parts),
            graph.constant([[weight] for weight in parts.values()]),
        )
        for parts in graph.estimator.totals.values()
    ]
    graph.add("Concat", graph.input, *sums, output=graph.output, axis=1)


def _quantile_clip(graph: Graph) -> None:
    raised = graph.add("Max", graph.input, graph.constant(graph.estimator.lower_))
    graph.add("Min", raised, graph.constant(graph.estimator.upper_), output=graph.output)


def _selection(graph: Graph) -> None:
    chosen = graph.constant(graph.estimator.get_support(indices=True), np.int64)
    graph.add("Gather", graph.input, chosen, output=graph.output, axis=1)


def _function(graph: Graph) -> None:
    if graph.estimator.func is None:
        graph.add("Identity", graph.input, output=graph.output)
    elif graph.estimator.func is np.log1p:
        one_more = graph.add("Add", graph.input, graph.constant([1]))
        graph.add("Log", one_more, output=graph.output)
    else:
        raise NotImplementedError(f"the function {graph.estimator.func} has no converter here")
