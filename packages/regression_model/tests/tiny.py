"""A model made by hand: real ONNX, no training, so that tests of prediction are quick."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from regression_model import HOUSES, FeatureSchema, Manifest

BASE, PER_QUALITY, PER_SQUARE_FOOT = 10.5, 0.1, 3e-4


def log_price(quality: float, area: float) -> float:
    """What the tiny model says of a house."""
    return BASE + PER_QUALITY * quality + PER_SQUARE_FOOT * area


def tiny_onnx(schema: FeatureSchema = HOUSES, *, base: float = BASE) -> bytes:
    """Return a model of two features of `schema` that takes missing values for zero."""
    weights = np.zeros((len(schema), 1), dtype=np.float32)
    weights[schema.names.index("OverallQual")] = PER_QUALITY
    weights[schema.names.index("GrLivArea")] = PER_SQUARE_FOOT
    constants = {"weights": weights, "base": np.array([base], dtype=np.float32)}
    constants["zero"] = np.zeros(1, dtype=np.float32)
    nodes = [
        helper.make_node("IsNaN", ["features"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "features"], ["filled"]),
        helper.make_node("MatMul", ["filled", "weights"], ["sum"]),
        helper.make_node("Add", ["sum", "base"], ["log_price"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, len(schema)])],
        [helper.make_tensor_value_info("log_price", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_tiny_model(
    directory: Path, schema: FeatureSchema = HOUSES, *, base: float = BASE
) -> Path:
    """Make an artefact directory that `load_model` takes."""
    directory.mkdir(parents=True, exist_ok=True)
    model = tiny_onnx(schema, base=base)
    (directory / "model.onnx").write_bytes(model)
    digest = hashlib.sha256(model).hexdigest()
    Manifest(f"1.0.0+{digest[:8]}", digest, schema, created="2026-01-01T00:00:00Z").write(directory)
    return directory
