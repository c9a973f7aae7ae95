"""Small models for tests, made by hand: in the format of the real ones, without scikit-learn."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from regression_model import HOUSES, FeatureSchema, Manifest

WEIGHTS = {"OverallQual": 0.1, "GrLivArea": 3e-4, "YearBuilt": 2e-3}


def make_model(
    directory: Path,
    *,
    version: str = "1.0.0+00000000",
    base: float = 7.0,
    schema: FeatureSchema = HOUSES,
    **weights: float,
) -> Path:
    """Write a model whose log price is `base` and a bit for quality, area and year."""
    directory.mkdir(parents=True, exist_ok=True)
    content = linear_onnx(base, WEIGHTS | weights).SerializeToString()
    (directory / "model.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    Manifest(model_version=version, onnx_sha256=digest, schema=schema).write(directory)
    return directory


def linear_onnx(base: float, weights: dict[str, float]) -> onnx.ModelProto:
    """Build log_price = base + features @ weights, missing values counting as zero."""
    column = np.array([[weights.get(name, 0.0)] for name in HOUSES.names], np.float32)
    constants = {"weights": column, "base": np.float32(base), "zero": np.float32(0)}
    nodes = [
        helper.make_node("IsNaN", ["features"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "features"], ["filled"]),
        helper.make_node("MatMul", ["filled", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "base"], ["log_price"]),
    ]
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, len(HOUSES)])],
        [helper.make_tensor_value_info("log_price", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)
