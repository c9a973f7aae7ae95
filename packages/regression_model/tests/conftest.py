import hashlib
import math
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import TensorProto, helper, numpy_helper
from regression_model import HOUSES, FeatureSchema, Manifest, Model, load_model
from regression_model.simulation import simulate_sales
from threadpoolctl import threadpool_limits

HOUSE = {
    "MSSubClass": 60,
    "MSZoning": "RL",
    "LotFrontage": 65.0,
    "LotArea": 8450,
    "Neighborhood": "CollgCr",
    "OverallQual": 7,
    "OverallCond": 5,
    "YearBuilt": 2003,
    "Alley": None,
    "GrLivArea": 1710,
    "GarageYrBlt": 2003,
    "YrSold": 2008,
}


# a model made by hand: real ONNX, no training, so that tests of prediction are quick
BASE, PER_QUALITY, PER_SQUARE_FOOT = 10.5, 0.1, 3e-4


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


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    # tables this small gain nothing from a second thread, and on a busy machine wait for it
    with threadpool_limits(limits=1):
        yield


@pytest.fixture
def house() -> dict:
    return dict(HOUSE)


@pytest.fixture(scope="session")
def sales() -> pd.DataFrame:
    return simulate_sales(200)


@pytest.fixture(scope="session")
def rows(sales) -> list[dict]:
    """Simulated sales as JSON would bring them: None for gaps, all fields, no carried ones."""
    houses = sales.drop(columns=["Id", "SalePrice"])
    return houses.astype(object).where(houses.notna(), None).to_dict("records")


@pytest.fixture
def price() -> float:
    """What the tiny model says of `house`, in dollars."""
    return math.exp(BASE + PER_QUALITY * 7 + PER_SQUARE_FOOT * 1710)


@pytest.fixture(name="write_tiny_model")
def fixture_write_tiny_model():
    return write_tiny_model


@pytest.fixture(scope="session")
def model_directory(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="session")
def model(model_directory) -> Model:
    return load_model(model_directory)
