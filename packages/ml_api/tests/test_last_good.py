import json
import os

import pytest
from ml_api.last_good import keep_copy, last_copy
from ml_api.serving import ServingModel
from regression_model import ModelError, load_model

from models import make_model


@pytest.fixture
def shared(tmp_path):
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"


@pytest.fixture
def directory(tmp_path):
    return make_model(tmp_path / "model", version="1.0.0+00000001")


def opened(directory, shared):
    models = ServingModel(directory, shared)
    models.open()
    return models


def test_a_bad_model_at_the_start_leaves_the_last_good_one_and_says_so(directory, shared):
    opened(directory, shared)
    make_model(directory, version="1.0.0+00000002", base=float("nan"))

    models = opened(directory, shared)

    assert models.current.model.version == "1.0.0+00000001"
    assert "trial row" in models.refused


def test_the_last_of_several_good_ones_is_taken(directory, shared):
    for number, base in ((1, 7.0), (2, 8.0), (1, 7.0)):
        make_model(directory, version=f"1.0.0+0000000{number}", base=base)
        opened(directory, shared)
        for age, copy in enumerate(sorted(shared.iterdir(), key=lambda it: -it.stat().st_mtime_ns)):
            os.utime(copy, (1000 - age, 1000 - age))  # so that the order does not hang on the clock
    (directory / "model.onnx").unlink()

    assert opened(directory, shared).current.model.version == "1.0.0+00000001"


def test_a_good_one_in_the_directory_comes_first(directory, shared):
    opened(directory, shared)
    make_model(directory, version="1.0.0+00000002", base=8.0)
    models = opened(directory, shared)

    assert models.current.model.version == "1.0.0+00000002"
    assert models.refused is None


def test_with_no_good_one_ever_the_error_is_raised(tmp_path, shared):
    with pytest.raises(ModelError, match="regression-model train"):
        opened(tmp_path / "nothing", shared)


def test_a_model_that_changed_while_it_was_copied_is_not_kept(directory, shared):
    model = load_model(directory)
    manifest = json.loads((directory / "manifest.json").read_text())
    (directory / "manifest.json").write_text(json.dumps(manifest | {"onnx_sha256": "0"}))
    keep_copy(model, directory, shared)

    assert last_copy(shared) is None
    assert not list(shared.iterdir())


def test_a_disk_that_takes_no_copy_does_not_stop_the_model(directory, shared):
    model = load_model(directory)
    (directory / "model.onnx").unlink()
    keep_copy(model, directory, shared)

    assert last_copy(shared) is None
