import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import skops.io
from regression_model import HOUSES, FeatureSchema, ModelError, __version__, load_model
from regression_model import make_prediction
from regression_model.data import DataError, load_sales
from regression_model.pipeline import TrainingConfig, load_config
from regression_model.export import ExportError
from regression_model.data.fingerprint import fingerprint
from regression_model.simulation import simulate_sales
from regression_model.training import description, load_pipeline, registration, train

pytestmark = pytest.mark.slow

FILES = ["manifest.json", "model.onnx", "pipeline.skops", "report.json", "report.md", "report.png"]

# trains in a process of its own, and prints the bytes of its predictions
FRESH = """
import sys
from regression_model import load_model
from regression_model.pipeline import TrainingConfig, load_config
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


@pytest.fixture(scope="module", params=["default", "champion", "selected"])
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


def broken_sales(sales, count):
    """Return sales of which the last ones break a rule."""
    wrong = sales.astype({"YrSold": object, "SalePrice": float})
    last = wrong.index[-count:]
    wrong.loc[last, "YrSold"] = "later"
    wrong.loc[last[0], "SalePrice"] = 0
    return wrong


def test_sales_that_break_a_rule_are_set_aside_with_their_reasons(retrain, sales, tmp_path):
    manifest = retrain(broken_sales(sales, 3))

    aside = pd.read_csv(tmp_path / "model" / "set_aside.csv")
    assert manifest.rows == 197
    assert manifest.metrics["set_aside"] == 3
    assert list(aside.columns) == ["row", "field", "reason", *sales.columns]
    assert list(zip(aside["row"], aside["field"])) == [
        (198, "YrSold"),
        (198, "SalePrice"),
        (199, "YrSold"),
        (200, "YrSold"),
    ]
    assert aside["Id"].tolist() == [198, 198, 199, 200]
    assert aside["reason"][0].startswith("The model cannot price a house whose YrSold is not")
    assert "3 sales broke a rule" in (tmp_path / "model" / "report.md").read_text(encoding="utf-8")


def test_what_is_set_aside_changes_nothing_of_the_model(retrain, sales):
    with_broken = retrain(broken_sales(sales, 3).assign(Remarks="none"))

    without = retrain(sales.head(197))

    assert with_broken.onnx_sha256 == without.onnx_sha256
    assert with_broken.data_sha256 == without.data_sha256


def test_more_broken_sales_than_the_configuration_allows_stop_the_training(retrain, sales):
    assert retrain(broken_sales(sales, 10)).rows == 190
    with pytest.raises(DataError, match=r"11 of 200 rows .* row 190: YrSold.* allows, 0.05"):
        retrain(broken_sales(sales, 11))


def test_a_configuration_may_allow_none(sales, tmp_path):
    config = TrainingConfig.from_dict(load_config().to_dict() | {"max_set_aside": 0.0})

    with pytest.raises(DataError, match="1 of 200 rows"):
        train(broken_sales(sales, 1), config, directory=tmp_path / "model", quick=True)


@pytest.mark.parametrize("twice", ["GrLivArea", "SalePrice"])
def test_a_column_that_is_there_twice_is_told(retrain, sales, twice):
    with pytest.raises(DataError, match=f"more than one column {twice}"):
        retrain(pd.concat([sales, sales[twice]], axis="columns"))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_model_of_a_file_is_the_model_of_its_table(retrain, sales, tmp_path, suffix):
    path = tmp_path / f"sales.{suffix}"
    if suffix == "csv":
        sales.to_csv(path, index=False)
    else:
        sales.to_parquet(path)

    assert retrain(load_sales(path)).onnx_sha256 == retrain().onnx_sha256


@pytest.mark.parametrize("names", [["GrLivArea"], ["Neighborhood"], ["Alley"], ["MSSubClass"]])
@pytest.mark.parametrize("learner", ["default", "champion"])
def test_a_schema_of_one_feature_is_enough(sales, tmp_path, names, learner):
    schema = FeatureSchema(tuple(HOUSES[name] for name in names))
    choices = load_config(learner).to_dict()
    choices["features"] |= dict.fromkeys(["ordered", "plain", "logarithms"], [])
    choices["features"] |= {"elapsed": None, "totals": {}}
    config = TrainingConfig.from_dict(choices)

    train(sales, config, directory=tmp_path / "model", quick=True, schema=schema)

    row = sales[names].astype(object).iloc[3].to_dict()
    price = make_prediction(row, tmp_path / "model")["predictions"]
    assert price == pytest.approx(make_prediction(sales, tmp_path / "model")["predictions"][3:4])
    assert price[0] > 0


def test_a_model_is_replaced_by_a_newer_one(retrain, tmp_path):
    old = retrain()

    new = retrain(seed=1)

    assert load_model(tmp_path / "model").version == new.model_version != old.model_version
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == FILES


def test_a_failed_training_leaves_the_old_model_as_it_was(retrain, tmp_path, monkeypatch):
    old = retrain()

    def differ(*_, **__):
        raise ExportError("they differ")

    monkeypatch.setattr(registration, "check_parity", differ)
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


@pytest.mark.parametrize("stranger", ["notes.txt", "sales.csv", ".git"])
def test_nothing_that_is_no_part_of_a_model_is_removed_with_the_old_one(
    retrain, tmp_path, stranger
):
    old = retrain()
    (tmp_path / "model" / stranger).write_text("mine")

    with pytest.raises(ModelError, match=f"holds something that is no model .{stranger}."):
        retrain(seed=1)

    assert (tmp_path / "model" / stranger).read_text() == "mine"
    assert load_model(tmp_path / "model").version == old.model_version


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
    monkeypatch.setattr(description.shutil, "which", lambda name: None)

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
