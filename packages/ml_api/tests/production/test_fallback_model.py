"""The last good model serves where the directory holds a bad one."""

import json
import os

import pytest
from ml_api.production.fallback_model import FallbackModelHolder, copies, keep_copy, last_copy
from regression_model import ModelError, load_model

from models import make_model


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def directory(tmp_path):
    return make_model(tmp_path / "model", version="1.0.0+00000001")


def opened(directory, state, taken=None):
    models = FallbackModelHolder(directory, state, (taken if taken is not None else []).append)
    models.open()
    return models


def test_a_bad_model_at_the_start_leaves_the_last_good_one_and_says_so(directory, state):
    opened(directory, state)
    make_model(directory, version="1.0.0+00000002", base=float("nan"))
    taken = []

    models = opened(directory, state, taken)

    assert models.current.version == "1.0.0+00000001"
    assert "cannot price an example row" in models.refused
    assert taken == [models.current]


def test_the_last_of_several_good_ones_is_taken_and_older_ones_go(directory, state):
    for number, base in ((1, 7.0), (2, 8.0), (3, 9.0), (2, 8.0)):
        make_model(directory, version=f"1.0.0+0000000{number}", base=base)
        opened(directory, state)
        for age, copy in enumerate(reversed(copies(state))):
            os.utime(copy, (1000 - age, 1000 - age))  # so that the order does not hang on the clock
    (directory / "model.onnx").unlink()

    assert opened(directory, state).current.version == "1.0.0+00000002"
    assert len(copies(state)) == 2


def test_a_good_one_in_the_directory_comes_first(directory, state):
    opened(directory, state)
    make_model(directory, version="1.0.0+00000002", base=8.0)
    models = opened(directory, state)

    assert models.current.version == "1.0.0+00000002"
    assert models.refused is None


def test_with_no_good_one_ever_the_error_is_raised(tmp_path, state):
    with pytest.raises(ModelError, match="regression-model train"):
        opened(tmp_path / "nothing", state)


def test_a_model_that_changed_while_it_was_copied_is_not_kept(directory, state):
    model = load_model(directory)
    manifest = json.loads((directory / "manifest.json").read_text())
    (directory / "manifest.json").write_text(json.dumps(manifest | {"onnx_sha256": "0"}))
    keep_copy(model, directory, state)

    assert last_copy(state) is None


def test_a_disk_that_takes_no_copy_does_not_stop_the_model(directory, state):
    state.write_text("a file where the directory should be")

    assert opened(directory, state).current.version == "1.0.0+00000001"
