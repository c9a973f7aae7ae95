"""What a converter works with: one operation of the graph to be."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx


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
        """Add a constant.

        Parameters
        ----------
        values : array_like of any shape
        kind : dtype

        Returns
        -------
        str
            Its name.
        """
        name = self._scope.get_unique_variable_name("constant")
        array = np.asarray(values, dtype=kind)
        proto = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        self._container.add_initializer(name, proto, array.shape, array.ravel().tolist())
        return name

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add an operation.

        Parameters
        ----------
        kind : str
            An operator of ONNX.
        *inputs : str
            Names of what it works on.
        output : str, optional
            Name of what it gives; one of its own if not given.
        **attributes : object
            Of the operator.

        Returns
        -------
        str
            Name of what it gives.
        """
        output = output or self._scope.get_unique_variable_name(kind.lower())
        name = self._scope.get_unique_operator_name(kind)
        self._container.add_node(kind, list(inputs), output, name=name, **attributes)
        return output

    def columns(self, positions: Iterable[int]) -> str:
        """Add the choice of some columns of the input.

        Parameters
        ----------
        positions : iterable of int

        Returns
        -------
        str
            Name of the result, of shape (n, number of positions).
        """
        chosen = self.constant(list(positions), np.int64)
        return self.add("Gather", self.input, chosen, axis=1)
