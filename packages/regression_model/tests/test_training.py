import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import numpy as np
import pytest
import skops.io
from regression_model import ModelError, __version__, load_model, make_prediction, training
from regression_model.config import load_config
from regression_model.export import ExportError
from regression_model.fingerprint import fingerprint
from regression_model.simulation import simulate_sales
from regression_model.sources import DataError
from regression_model.training import load_pipeline, train

FILES = ["manifest.json", "model.onnx", "pipeline.skops", "report.json", "report.md", "report.png"]

# trains in a process of its own, and prints the bytes of its predictions
FRESH = """
import sys
from regression_model import load_model
from regression_model.config import load_config
from regression_model.simulation import simulate_sales
from regression_model.training import train

sales = simulate_sales(200)
train(sales, load_config(sys.argv[1]), directory=sys.argv[2], quick=True)
model = load_model(sys.argv[2])
rows = sales.drop(columns=["Id", "SalePrice"]).astype(object).where(sales.notna(), None)
matrix, _ = model.encode(rows.to_dict("records"))
print(model.version, model.predict(matrix).tobytes().hex())
"""


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module", params=["default", "champion"])
def directory(request, sales, tmp_path_factory, steps):
    steps.clear()
    directory = tmp_path_factory.mktemp("trained") / "made" / "here"
    config = load_config(request.param)
    train(sales, config, directory=directory, quick=True, progress=steps.append)
    return directory


@pytest.fixture
def retrain(sales, tmp_path):
    def retrain(sales=sales, **options):
        return train(sales, load_config(), directory=tmp_path / "model", quick=True, **options)

    return retrain


# what is made


def test_the_directory_holds_the_model_and_what_is_to_be_known_of_it(directory):
    assert sorted(path.name for path in directory.iterdir()) == FILES
    assert [path.name for path in directory.parent.iterdir()] == ["here"]


def test_the_steps_are_those_of_every_training_run(directory, steps):
    assert directory.exists()
    assert [step for step in steps if "fold" not in step] == [
        "ingest",
        "validate",
        "train",
        "evaluate",
        "register",
    ]
    assert "evaluate, fold 2 of 2" in steps


def test_what_is_served_prices_as_the_pipeline_does(directory, rows, sales):
    prices = make_prediction(rows, model=load_model(directory))["predictions"]

    expected = load_pipeline(directory).predict(sales)

    np.testing.assert_allclose(np.log(prices), expected, atol=1e-5)


def test_the_manifest_says_what_the_model_is(directory, sales):
    manifest = load_model(directory).manifest

    assert manifest.model_version.startswith(f"{__version__}+")
    assert manifest.rows == len(sales)
    assert manifest.data_sha256 == fingerprint(sales)
    model = (directory / "model.onnx").read_bytes()
    assert manifest.onnx_sha256 == hashlib.sha256(model).hexdigest()
    assert manifest.config["linear"] == load_config().to_dict()["linear"]
    assert manifest.libraries["numpy"] == np.__version__
    age = datetime.now().astimezone() - datetime.fromisoformat(manifest.created)
    assert timedelta(0) <= age + timedelta(seconds=1) < timedelta(hours=1)


def test_the_metrics_are_those_of_the_report_and_beat_the_mean(directory):
    metrics = load_model(directory).manifest.metrics
    report = json.loads((directory / "report.json").read_text(encoding="utf-8"))

    assert metrics["rmse_log"] == report["rmse_log"] < metrics["baseline"]["rmse_log"]
    assert metrics["onnx_difference"] <= 1e-5
    assert metrics["mean_log_price"] == pytest.approx(12, abs=0.5)


def test_test_mode_is_for_a_few_rows_whatever_it_is_given(retrain):
    assert retrain(simulate_sales(500)).rows == 200


def test_without_test_mode_all_sales_are_learned_from_in_five_folds(tmp_path):
    sales = simulate_sales(250)

    manifest = train(sales, load_config(), directory=tmp_path / "model")

    report = json.loads((tmp_path / "model" / "report.json").read_text(encoding="utf-8"))
    assert manifest.rows == 250
    assert len(report["folds"]) == 5


# the same again


@pytest.mark.parametrize("name", ["default", "champion"])
def test_two_fresh_processes_give_the_same_bytes(name, tmp_path):
    # both at once, for speed
    processes = [
        subprocess.Popen(  # pylint: disable=consider-using-with  # waited for below
            [sys.executable, "-c", FRESH, name, str(tmp_path / hash_seed)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
        )
        for hash_seed in ("1", "2")
    ]
    outputs = [process.communicate()[0] for process in processes]

    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 200 * 16  # eight bytes a price, two digits a byte
    models = [(tmp_path / hash_seed / "model.onnx").read_bytes() for hash_seed in ("1", "2")]
    assert models[0] == models[1]


def test_the_order_of_the_sales_does_not_matter(retrain, sales):
    first = retrain()

    second = retrain(sales.sample(frac=1, random_state=3).astype({"LotArea": float}))

    assert second.onnx_sha256 == first.onnx_sha256
    assert second.model_version == first.model_version


def test_other_data_or_another_seed_is_another_version(retrain, sales):
    versions = {
        retrain().model_version,
        retrain(seed=1).model_version,
        retrain(sales.assign(SalePrice=sales["SalePrice"] + 1)).model_version,
    }

    assert len(versions) == 3


# what may go wrong


def test_too_few_sales_are_refused(retrain, sales):
    with pytest.raises(DataError, match="19 sales are too few to learn from: 20 are needed"):
        retrain(sales.head(19))


def test_a_sale_that_breaks_the_schema_is_refused(retrain, sales):
    with pytest.raises(DataError, match="YrSold"):
        retrain(sales.assign(YrSold=20000))


def test_a_model_is_replaced_by_a_newer_one(retrain, tmp_path):
    old = retrain()
    (tmp_path / "model" / "left over").touch()

    new = retrain(seed=1)

    assert load_model(tmp_path / "model").version == new.model_version != old.model_version
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == FILES


def test_a_failed_training_leaves_the_old_model_as_it_was(retrain, tmp_path, monkeypatch):
    old = retrain()

    def differ(*_, **__):
        raise ExportError("they differ")

    monkeypatch.setattr(training, "check_parity", differ)
    with pytest.raises(ExportError):
        retrain(seed=1)

    assert load_model(tmp_path / "model").version == old.model_version
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_if_the_new_model_cannot_be_moved_in_the_old_one_comes_back(retrain, tmp_path, monkeypatch):
    old = retrain()
    rename = type(tmp_path).rename

    def fail_for_the_new(path, target):
        if path.name == "model" and target == tmp_path / "model":
            raise OSError("no space")
        return rename(path, target)

    monkeypatch.setattr(type(tmp_path), "rename", fail_for_the_new)
    with pytest.raises(OSError, match="no space"):
        retrain(seed=1)

    assert load_model(tmp_path / "model").version == old.model_version


def test_a_first_model_that_cannot_be_moved_in_leaves_nothing(retrain, tmp_path, monkeypatch):
    def fail(path, target):
        raise OSError(f"{path} cannot become {target}")

    monkeypatch.setattr(type(tmp_path), "rename", fail)
    with pytest.raises(OSError, match="cannot become"):
        retrain()

    assert not list(tmp_path.iterdir())


def test_a_directory_with_something_else_in_it_is_not_touched(retrain, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "thesis.txt").touch()

    with pytest.raises(ModelError, match="holds something that is no model"):
        retrain()

    assert (tmp_path / "model" / "thesis.txt").exists()


def test_an_empty_directory_will_do(retrain, tmp_path):
    (tmp_path / "model").mkdir()

    assert retrain().rows == 200


def test_a_file_is_no_directory(retrain, tmp_path):
    (tmp_path / "model").touch()

    with pytest.raises(ModelError, match="is a file"):
        retrain()


# where it comes from


def test_the_commit_is_noted_where_there_is_one(retrain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert retrain().git_commit is None

    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "Begin"]):
        subprocess.run(["git", *command], check=True)
    assert len(retrain().git_commit) == 40


def test_without_git_there_is_no_commit(retrain, monkeypatch):
    monkeypatch.setattr(training.shutil, "which", lambda name: None)

    assert retrain().git_commit is None


# the pipeline for scikit-learn


def test_a_pipeline_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ModelError, match="no pipeline.skops in"):
        load_pipeline(tmp_path)


def test_a_pipeline_with_a_stranger_in_it_is_not_loaded(tmp_path):
    skops.io.dump(subprocess.Popen, tmp_path / "pipeline.skops")

    with pytest.raises(ModelError, match=r"no pipeline of ours does: subprocess.Popen"):
        load_pipeline(tmp_path)


def test_a_damaged_pipeline_is_told_from_a_missing_one(tmp_path):
    (tmp_path / "pipeline.skops").write_bytes(b"half a file")

    with pytest.raises(ModelError, match="is damaged"):
        load_pipeline(tmp_path)
