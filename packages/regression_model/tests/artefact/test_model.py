import json
import os
import shutil
import threading
from hashlib import sha256

import numpy as np
import pytest
from regression_model import (
    HOUSES,
    FeatureSchema,
    Manifest,
    Model,
    ModelError,
    __version__,
    load_model,
)
from regression_model.artefact.model import BATCH_ROWS


@pytest.fixture
def directory(model_directory, tmp_path):
    return shutil.copytree(model_directory, tmp_path / "copy")


def change(directory, **fields):
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({name: value for name, value in manifest.items() if value != ...}))


def refusal(directory) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(directory)
    return str(caught.value)


def test_a_model_says_what_it_is(model, model_directory):
    assert model.version.startswith(f"{__version__}+")
    assert model.schema == HOUSES
    assert model.metadata()["model_version"] == model.version
    assert json.dumps(model.metadata())
    assert load_model(str(model_directory)).version == model.version


def test_a_model_prices_encoded_rows_in_dollars(model, house, price):
    matrix, errors = model.encode([house, house | {"OverallQual": 8}])

    assert not errors
    expected = [price, price * np.exp(0.1)]
    np.testing.assert_allclose(model.predict(matrix), expected, rtol=1e-5)


def test_no_rows_have_no_prices(model):
    assert model.predict(np.empty((0, 79))).shape == (0,)


def test_many_rows_cost_what_they_cost_one_by_one(model, rows):
    matrix = np.tile(model.encode(rows)[0], (2 * BATCH_ROWS // len(rows) + 1, 1))

    prices = model.predict(matrix)

    assert len(prices) == len(matrix) > 2 * BATCH_ROWS
    np.testing.assert_array_equal(prices[: len(rows)], model.predict(matrix[: len(rows)]))


def test_many_threads_may_ask_at_once(model, rows):
    matrix = model.encode(rows)[0]
    expected, different = model.predict(matrix), []

    def ask():
        for _ in range(50):
            if not np.array_equal(model.predict(matrix), expected):
                different.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not different


def test_a_price_too_large_to_write_down_is_infinite(model):
    absurd = Model(model.manifest, Answering(np.full((2, 1), 1000, np.float32)))

    assert absurd.predict(np.zeros((2, len(HOUSES)))).tolist() == [np.inf] * 2


class Answering:
    """A session with one answer to everything."""

    def __init__(self, answer):
        self.run = lambda *_: [answer]


def test_the_order_of_a_manifest_and_fields_to_come_do_not_matter(directory):
    change(directory, invented_later=1)

    assert load_model(directory).schema == HOUSES


def test_a_manifest_survives_being_written(tmp_path):
    manifest = Manifest("1.0.0+a", "b", HOUSES, "c", 5, {"alpha": 1}, {"rmse": 0.1}, {"numpy": "2"})
    manifest.write(tmp_path)

    again = Manifest.from_dict(json.loads((tmp_path / "manifest.json").read_text()))

    assert again == manifest


def test_without_a_model_one_is_told_how_to_train_it(tmp_path):
    message = refusal(tmp_path / "nowhere")

    assert "There is no model" in message
    assert f"regression-model train --model {tmp_path / 'nowhere'}" in message


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx"])
def test_a_lost_file_is_named(directory, name):
    (directory / name).unlink()

    assert f"{name} is missing" in refusal(directory)


def test_a_file_that_cannot_be_read_is_named(directory):
    (directory / "model.onnx").unlink()
    (directory / "model.onnx").mkdir()

    assert "model.onnx cannot be read" in refusal(directory)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"5", b"\xff\xfe", b"{}", b"[" * 100_000])
def test_a_manifest_that_is_none_is_told(directory, content):
    (directory / "manifest.json").write_bytes(content)

    assert "is not a manifest" in refusal(directory)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"format": 1}, "reads format 2. What helps: train it again: regression-model train"),
        (
            {"format": 3, "package_version": "1.4.0"},
            "pip install regression_model==1.4.0, or train it again",
        ),
        ({"format": ...}, "is not a manifest"),
        ({"package_version": "2.0.0"}, "made by regression_model 2.0.0"),
        ({"package_version": "10.0.0"}, "What helps: pip install regression_model==10.0.0"),
        ({"package_version": ...}, "is not a manifest"),
        ({"package_version": "0.9.0"}, "only within a major version"),
        ({"onnx_sha256": "0" * 64}, "is not the file that its manifest describes"),
        ({"schema": {}}, "is not a manifest"),
        ({"schema": {"features": [{"name": "GrLivArea"}], "carried": []}}, "is not a manifest"),
        ({"schema": {"features": [], "carried": []}}, "its schema has 0 features"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(directory, fields, says):
    change(directory, **fields)

    message = refusal(directory)

    assert says in message
    assert "train it again" in message.lower()


def test_another_minor_version_is_fine(directory):
    change(directory, package_version="1.99.0")

    assert load_model(directory)


def test_a_changed_model_is_refused(directory):
    with open(directory / "model.onnx", "ab") as file:
        file.write(b"\x00")

    assert "is not the file that its manifest describes" in refusal(directory)


def test_a_model_of_other_features_than_its_schema_is_refused(tmp_path, write_tiny_model):
    schema = FeatureSchema(tuple(HOUSES[name] for name in ("OverallQual", "GrLivArea")))
    directory = write_tiny_model(tmp_path, schema)
    change(directory, schema=HOUSES.to_dict())

    assert "its schema has 79 features" in refusal(directory)


def test_what_is_no_onnx_is_refused(directory):
    content = b"not a model"
    (directory / "model.onnx").write_bytes(content)

    change(directory, onnx_sha256=sha256(content).hexdigest())

    assert "no model that this package can run" in refusal(directory)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_model_loaded_before_a_fork_prices_after_it(model, house):
    matrix = model.encode([house])[0]
    expected = model.predict(matrix)[0]

    child = os.fork()
    if not child:
        os._exit(0 if model.predict(matrix)[0] == expected else 1)

    assert os.waitpid(child, 0)[1] == 0
