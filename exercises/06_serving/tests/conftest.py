"""What the tests of this lesson share: a small model, the service around it, and a client."""

import hashlib
import json
import math
import random
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from regression_model import HOUSES, FeatureSchema, Manifest

JSON = {"Content-Type": "application/json"}


# -- a model made by hand: 20 kB, and its prices can be told with a pencil ---------------------


class SmallModel(NamedTuple):
    """The files of a model whose log price is `base` and a bit for each feature with a weight."""

    files: dict[str, bytes]
    weights: dict[str, float]
    base: float
    schema: FeatureSchema

    def price(self, house):
        """Return the price of a house in dollars."""
        return math.exp(
            self.base + sum(each * (house.get(name) or 0) for name, each in self.weights.items())
        )


def _make_model(folder, seed, schema=HOUSES, version="1.0.0+00000000"):
    """Make a model whose weights depend on a seed."""
    chance = random.Random(seed)
    weights = {"OverallQual": chance.uniform(0.08, 0.12), "GrLivArea": chance.uniform(2e-4, 4e-4)}
    weights |= {"YearBuilt": chance.uniform(1e-3, 2e-3), "LotFrontage": 100.0}
    content = _onnx(7.0, weights)
    digest = hashlib.sha256(content).hexdigest()
    Manifest(model_version=version, onnx_sha256=digest, schema=schema).write(folder)
    files = {"manifest.json": (folder / "manifest.json").read_bytes(), "model.onnx": content}
    return SmallModel(files, weights, 7.0, schema)


def _onnx(base, weights):
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

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
    return helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()


@pytest.fixture(scope="session")
def model(seed, tmp_path_factory):
    """A model of this seed, with limits and a carried column of its own: another seed, others."""
    most = {"OverallQual": 11 + seed % 7, "GrLivArea": 20_000 + 10 * seed % 5000}
    features = [
        replace(each, maximum=most.get(each.name, each.maximum)) if each.name in most else each
        for each in HOUSES
    ]
    schema = FeatureSchema(tuple(features), (*HOUSES.carried, "Parcel"))
    return _make_model(tmp_path_factory.mktemp("model"), seed, schema)


@pytest.fixture(scope="session")
def last_years_model(tmp_path_factory):
    """The model that answered last year."""
    return _make_model(tmp_path_factory.mktemp("last-year"), 0)


@pytest.fixture
def table(seed):
    """Twelve houses that can be priced, as clients send them."""
    chance = random.Random(seed)
    return [
        {
            "OverallQual": chance.randint(1, 10),
            "GrLivArea": chance.randint(600, 4000),
            "YearBuilt": chance.randint(1900, 2005),
            "YrSold": chance.randint(2006, 2010),
            "Neighborhood": chance.choice(HOUSES["Neighborhood"].categories),
            "KitchenQual": chance.choice(HOUSES["KitchenQual"].categories),
        }
        for _ in range(12)
    ]


# -- the service around it: made beside the answer ------------------------------------------------


def _make_app(files, **settings):
    """Make the application in the scratch folder. Errors are logged, requests are not."""
    import logging

    from ml_api.app import create_app
    from ml_api.settings import Settings

    Path("model").mkdir(exist_ok=True)
    for name, content in files.items():
        Path("model", name).write_bytes(content)
    if "keys" in settings:
        Path("keys").write_text(settings["keys"], "utf-8")
        settings["keys"] = Path("keys")
    app = create_app(
        Settings(model=Path("model"), **{"store": "sqlite:///predictions.db", **settings})
    )
    logging.getLogger("ml_api.requests").setLevel("CRITICAL")
    return app


@pytest.fixture(scope="session")
def start():
    """A function that makes the application: to be called beside the answer."""
    return _make_app


# -- a client -------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What a client gets."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as data; None where it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def type(self):
        """The media type."""
        return self.headers.get("content-type", "").partition(";")[0]

    def __str__(self):
        text = self.text if len(self.text) < 700 else f"{self.text[:700]} ..."
        return f"came back: {self.status} {self.type}\n{text}"


def _ask(port, path, rows=None, *, body=None, method=None, headers=JSON):
    """Send one request, and return the answer."""
    sent = json.dumps(rows).encode() if rows is not None else body
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method or ("POST" if sent is not None else "GET"), path, sent, headers)
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read().decode())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def once():
    """A function that calls another one for the first test only; all others get what came of it."""
    begun, came = [], []

    def remember(questions):
        if not begun:
            begun.append(True)
            came.append(questions())
        if not came:
            pytest.skip("the service has not answered the first test")
        return came[0]

    return remember


@pytest.fixture(scope="session")
def ask():
    """A function that sends one request, and returns the answer."""
    return _ask
