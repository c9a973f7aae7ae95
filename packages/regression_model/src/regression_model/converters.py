"""Counterparts in ONNX for what skl2onnx can't convert, or converts to too many operations.

A converter reads a fitted transformer and adds operations to a graph. Those for the encoders of
categories look all columns up in one table, which the encoder itself fills in: skl2onnx would
make some two hundred operations of twenty columns, and a single row costs about a microsecond for
each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import onnx
import pandas as pd
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import FloatTensorType
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, TargetEncoder

from regression_model.features import ElapsedYears, QuantileClip, Totals


class Graph:
    """What a converter works with: the fitted estimator, its input and output, and new operations.

    Parameters
    ----------
    scope, operator, container : objects of skl2onnx
        As it hands them to a converter.
    """

    def __init__(self, scope: Any, operator: Any, container: Any) -> None:
        self.estimator = operator.raw_operator
        self.input = operator.inputs[0].full_name
        self.output = operator.outputs[0].full_name
        self._scope = scope
        self._container = container

    def constant(self, values: Any, kind: Any = np.float32) -> str:
        """Add a constant and return its name."""
        name = self._scope.get_unique_variable_name("constant")
        array = np.asarray(values, dtype=kind)
        proto = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        self._container.add_initializer(name, proto, array.shape, array.ravel().tolist())
        return name

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add an operation and return the name of what it gives."""
        output = output or self._scope.get_unique_variable_name(kind.lower())
        name = self._scope.get_unique_operator_name(kind)
        self._container.add_node(kind, list(inputs), output, name=name, **attributes)
        return output

    def columns(self, positions: Iterable[int]) -> str:
        """Add the choice of some columns of the input."""
        chosen = self.constant(list(positions), np.int64)
        return self.add("Gather", self.input, chosen, axis=1)


def register() -> tuple[dict[type, Callable], dict[type, Callable]]:
    """Make our own transformers known to skl2onnx.

    Returns
    -------
    converters, shape_calculators : dict of type to callable
        For `skl2onnx.convert_sklearn`; scikit-learn's own parts are overridden in that call only.
    """
    ours = {ElapsedYears: _elapsed_years, QuantileClip: _quantile_clip, Totals: _totals}
    theirs = {FunctionTransformer: _function, OneHotEncoder: _one_hot, TargetEncoder: _target}
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


def _function(graph: Graph) -> None:
    if graph.estimator.func is None:
        graph.add("Identity", graph.input, output=graph.output)
    elif graph.estimator.func is np.log1p:
        one_more = graph.add("Add", graph.input, graph.constant([1]))
        graph.add("Log", one_more, output=graph.output)
    else:
        raise NotImplementedError(f"the function {graph.estimator.func} has no converter here")


def _target(graph: Graph) -> None:
    codes = _Codes(graph.estimator)
    codes.look_up(graph, codes.ask(), output=graph.output)


def _one_hot(graph: Graph) -> None:
    codes = _Codes(graph.estimator)
    answers = codes.ask()  # (codes, outputs)
    widths = [
        len(categories) if rare is None else len(categories) - len(rare) + 1
        for categories, rare in zip(graph.estimator.categories_, codes.rare)
    ]
    stops = np.cumsum(widths)
    # per code and column, the output that is 1; -1 where none is
    ones = np.stack(
        [
            np.where(answers[:, stop - width : stop].any(axis=1), stop - width, -1)
            + answers[:, stop - width : stop].argmax(axis=1)
            for stop, width in zip(stops, widths)
        ],
        axis=1,
    )
    one = codes.look_up(graph, ones)
    # each column's number beside each of its outputs: the product with a matrix of 0 and 1 is
    # exact, and twice as fast as gathering single numbers
    selector = np.repeat(np.eye(len(widths)), widths, axis=1)
    spread = graph.add("MatMul", one, graph.constant(selector))
    equal = graph.add("Equal", spread, graph.constant(np.arange(stops[-1])))
    graph.add("Cast", equal, output=graph.output, to=onnx.TensorProto.FLOAT)


class _Codes:
    """All codes that an encoder could meet, and a table of what it makes of them.

    Parameters
    ----------
    encoder : OneHotEncoder or TargetEncoder
        Fitted on columns of whole numbers.
    """

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder
        self.rare = getattr(encoder, "infrequent_categories_", [None] * encoder.n_features_in_)
        seen = np.concatenate(encoder.categories_).astype(float)
        seen = np.append(seen[~np.isnan(seen)], 0.0)
        if (seen != np.round(seen)).any():
            raise NotImplementedError("categories other than whole numbers have no converter here")
        # one beyond either end stands for every code never seen
        self.lowest = seen.min() - 1
        self.count = int(seen.max() - self.lowest) + 2

    def ask(self) -> np.ndarray:
        """Return what the encoder makes of each code in all columns, and of a missing value."""
        codes = np.append(np.arange(self.count) + self.lowest, np.nan)
        every = np.repeat(codes[:, np.newaxis], self.encoder.n_features_in_, axis=1)
        names = self.encoder.feature_names_in_
        return np.asarray(self.encoder.transform(pd.DataFrame(every, columns=names)))

    def look_up(self, graph: Graph, table: np.ndarray, output: str | None = None) -> str:
        """Add the look-up of each value in its column of a table of shape (codes, columns)."""
        starts = np.arange(table.shape[1]) * (self.count + 1)
        place = graph.add("Add", graph.input, graph.constant(starts - self.lowest))
        place = graph.add("Max", place, graph.constant(starts))
        place = graph.add("Min", place, graph.constant(starts + self.count - 1))
        is_missing = graph.add("IsNaN", graph.input)
        place = graph.add("Where", is_missing, graph.constant(starts + self.count), place)
        place = graph.add("Cast", place, to=onnx.TensorProto.INT64)
        return graph.add("Gather", graph.constant(table.T.ravel()), place, output=output, axis=0)
