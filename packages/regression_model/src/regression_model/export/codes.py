"""Encoders of categories in ONNX: all columns are looked up in one table.

The encoder itself fills that table in. skl2onnx would make some two hundred operations of twenty
columns, and each of them costs a single row as much as the look-up of all.
"""

from typing import Any

import numpy as np
import onnx
import pandas as pd

from regression_model.export.graph import Graph


def target(graph: Graph) -> None:
    """Add a TargetEncoder to a graph: each code becomes the price that goes with it."""
    codes = CodeTable(graph.estimator)
    codes.look_up(graph, codes.ask(), output=graph.output)


def one_hot(graph: Graph) -> None:
    """Add a OneHotEncoder to a graph: each code becomes a 1 among zeros."""
    codes = CodeTable(graph.estimator)
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
    # each column's number beside each of its outputs: a product with a matrix of 0 and 1 is exact
    selector = np.repeat(np.eye(len(widths)), widths, axis=1)
    spread = graph.add("MatMul", one, graph.constant(selector))
    equal = graph.add("Equal", spread, graph.constant(np.arange(stops[-1])))
    graph.add("Cast", equal, output=graph.output, to=onnx.TensorProto.FLOAT)


class CodeTable:
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
