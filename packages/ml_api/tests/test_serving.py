import shutil
from dataclasses import replace

import pytest
from ml_api.app import create_app
from ml_api.service import service_of
from ml_api.serving import ServingModel, open_serving, trial_row
from regression_model import Feature, FeatureSchema, ModelError

from models import make_model
from servers import wait_until


@pytest.fixture
def directory(tmp_path):
    return make_model(tmp_path / "model", version="1.0.0+00000001")


def opened(directory):
    models = ServingModel(directory)
    models.open()
    return models


def replace_model(directory, **changes):
    """Move another model into the place of the old one, as training does."""
    new = make_model(directory.with_name("new"), **changes)
    directory.rename(directory.with_name(f"old-{changes['version']}"))
    new.rename(directory)


def test_a_directory_without_a_model_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="regression-model train"):
        opened(tmp_path)


def test_a_model_that_cannot_price_its_trial_row_is_refused(tmp_path):
    with pytest.raises(ModelError, match="trial row"):
        open_serving(make_model(tmp_path / "model", base=1e30))


def test_a_new_model_takes_over(directory):
    models = opened(directory)
    replace_model(directory, version="1.0.0+00000002", base=8.0)
    models.look()

    assert models.current.model.version == "1.0.0+00000002"
    assert models.refused is None


def test_an_unchanged_directory_is_not_loaded_again(directory):
    models = opened(directory)
    before = models.current
    models.look()

    assert models.current is before


def test_a_bad_new_model_leaves_the_old_one_and_says_why(directory):
    models = opened(directory)
    replace_model(directory, version="1.0.0+00000002", base=float("nan"))
    models.look()

    assert models.current.model.version == "1.0.0+00000001"
    assert "trial row" in models.refused


def test_a_half_copied_model_leaves_the_old_one(directory):
    models = opened(directory)
    replace_model(directory, version="1.0.0+00000002")
    (directory / "model.onnx").write_bytes(b"half")
    models.look()

    assert models.current.model.version == "1.0.0+00000001"
    assert "model.onnx" in models.refused


def test_a_directory_that_vanishes_leaves_the_old_one_until_a_good_one_comes(directory):
    models = opened(directory)
    shutil.rmtree(directory)
    models.look()
    refused = models.refused
    make_model(directory, version="1.0.0+00000003")
    models.look()

    assert "no model" in refused
    assert models.refused is None
    assert models.current.model.version == "1.0.0+00000003"


def test_a_running_service_takes_a_new_model_by_itself(directory, settings, house):
    app = create_app(replace(settings, model=directory, reload=0.01))
    client = app.test_client()
    before = client.post("/v1/predict/regression", json=[house]).json
    service_of(app).start()
    replace_model(directory, version="1.0.0+00000002", base=8.0)

    def new_version():
        return client.get("/version").json["model_version"] == "1.0.0+00000002"

    wait_until(new_version, "the new model")
    service_of(app).stop()
    after = client.post("/v1/predict/regression", json=[house]).json
    assert after["predictions"][0] > before["predictions"][0] * 2


def test_ready_says_why_a_new_model_was_not_taken(directory, settings):
    app = create_app(replace(settings, model=directory))
    replace_model(directory, version="1.0.0+00000002", base=float("inf"))
    service_of(app).models.look()

    answer = app.test_client().get("/ready").json
    assert answer["status"] == "degraded"
    assert answer["model"]["version"] == "1.0.0+00000001"
    assert "trial row" in answer["model"]["refused"]


def test_a_trial_row_keeps_whatever_schema():
    features = (
        Feature("bounded", "integer", "d", minimum=2, maximum=8, required=True),
        Feature("wide", "integer", "d", minimum=1, maximum=10_000, required=True),
        Feature("above", "number", "d", minimum=3, required=True),
        Feature("below", "number", "d", maximum=-3, required=True),
        Feature("free", "number", "d", required=True),
        Feature("code", "category", "d", categories=(20, 30), required=True),
        Feature("text", "category", "d", required=True),
        Feature("optional", "number", "d"),
    )

    assert trial_row(FeatureSchema(features)) == {
        "bounded": 5,
        "wide": 100,
        "above": 3,
        "below": -3,
        "free": 1,
        "code": 20,
        "text": "",
    }
