import shutil
import time

import pytest
from ml_api.model import holder
from ml_api.model.holder import ModelHolder, example_row, open_model
from ml_api.service import service_of
from ml_api.validation.row_schema import row_schema
from regression_model import Feature, FeatureSchema, ModelError

from models import make_model

PREDICT = "/v1/predict/regression"


@pytest.fixture
def directory(tmp_path):
    return make_model(tmp_path / "served", version="1.0.0+00000001")


def opened(directory):
    models = ModelHolder(directory)
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


def test_a_model_that_cannot_price_its_example_row_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot price an example row"):
        open_model(make_model(tmp_path / "model", base=1e30))


def test_a_new_model_takes_over(directory):
    models = opened(directory)
    replace_model(directory, version="1.0.0+00000002", base=8.0)
    models.look()

    assert models.current.version == "1.0.0+00000002"
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

    assert models.current.version == "1.0.0+00000001"
    assert "cannot price an example row" in models.refused


def test_a_model_that_is_copied_file_by_file_is_taken_when_it_is_whole(directory, tmp_path):
    models = opened(directory)
    new = make_model(tmp_path / "new", version="1.0.0+00000002", base=8.0)
    shutil.copy(new / "manifest.json", directory)
    models.look()
    half = (models.current.version, models.refused)
    shutil.copy(new / "model.onnx", directory)
    models.look()

    assert half[0] == "1.0.0+00000001"
    assert "model.onnx" in half[1]
    assert (models.current.version, models.refused) == ("1.0.0+00000002", None)


def test_a_directory_that_vanishes_leaves_the_old_one_until_a_good_one_comes(directory):
    models = opened(directory)
    shutil.rmtree(directory)
    models.look()
    refused = models.refused
    make_model(directory, version="1.0.0+00000003")
    models.look()

    assert "no model" in refused
    assert models.refused is None
    assert models.current.version == "1.0.0+00000003"


def test_it_looks_again_by_itself_and_not_at_every_request(directory, make_client, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(holder.time, "monotonic", lambda: now)
    client = make_client(model=directory)
    replace_model(directory, version="1.0.0+00000002", base=8.0)
    versions = []
    for later in (holder.LOOK_AGAIN_S / 2, holder.LOOK_AGAIN_S / 2):
        now += later
        versions.append(client.get("/version").json["model_version"])

    assert versions == ["1.0.0+00000001", "1.0.0+00000002"]


def test_another_model_gives_other_prices(directory, make_client, house):
    client = make_client(model=directory)
    before = client.post(PREDICT, json=[house]).json["predictions"][0]
    replace_model(directory, version="1.0.0+00000002", base=8.0)
    service_of(client.application).models.look()

    assert client.post(PREDICT, json=[house]).json["predictions"][0] > before * 2


def test_ready_says_why_a_new_model_was_not_taken(directory, make_client):
    client = make_client(model=directory)
    replace_model(directory, version="1.0.0+00000002", base=float("inf"))
    service_of(client.application).models.look()

    answer = client.get("/ready").json
    assert answer["status"] == "degraded"
    assert answer["model"]["version"] == "1.0.0+00000001"
    assert "cannot price an example row" in answer["model"]["refused"]


def test_an_example_row_keeps_whatever_schema():
    features = (
        Feature("bounded", "integer", "d", minimum=2, maximum=8, required=True),
        Feature("wide", "integer", "d", minimum=1, maximum=10_000, required=True),
        Feature("above", "number", "d", minimum=3, required=True),
        Feature("below", "number", "d", maximum=-3, required=True),
        Feature("small", "number", "d", minimum=0.2, maximum=0.4, required=True),
        Feature("free", "number", "d", required=True),
        Feature("code", "category", "d", categories=(20, 30), required=True),
        Feature("text", "category", "d", required=True),
        Feature("optional", "number", "d"),
    )
    row = example_row(FeatureSchema(features))

    assert row_schema(FeatureSchema(features)).load(row) == row
    assert set(row) == {feature.name for feature in features if feature.required}
    assert (row["bounded"], row["wide"], row["code"]) == (5, 100, 20)
