import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from regression_model import HOUSES, Feature, FeatureSchema, __version__, make_prediction
from regression_model.__main__ import main
from regression_model.simulation import simulate_sales


@pytest.fixture
def run(monkeypatch, capsys):
    """Give a function that runs the command and returns exit code, output and errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["regression-model", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        output = capsys.readouterr()
        return exit_.value.code or 0, output.out, output.err

    return run


def test_help_names_the_commands(run):
    code, out, _ = run("--help")

    assert code == 0
    assert all(name in out for name in ("train", "evaluate", "predict", "compare", "simulate"))


def test_the_version_is_that_of_the_package(run):
    assert run("--version") == (0, f"{__version__}\n", "")


def test_without_the_training_half_one_is_told_what_to_install(run, monkeypatch):
    monkeypatch.delitem(sys.modules, "regression_model.cli")
    monkeypatch.setitem(sys.modules, "typer", None)

    code, _, _ = run("info")

    assert "typer is not installed" in code
    assert 'pip install "regression_model[train]"' in code


def test_the_package_runs_as_a_module():
    command = [sys.executable, "-m", "regression_model", "--version"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == f"{__version__}\n"


def test_simulated_sales_are_those_of_the_library(run, tmp_path):
    out = tmp_path / "new" / "sales.csv"
    code, *_ = run("simulate", "--rows", 50, "--seed", 3, "--drift", 0.5, "--out", out)

    assert code == 0
    written = pd.read_csv(out, keep_default_na=False, na_values=[""])
    pd.testing.assert_frame_equal(written, simulate_sales(50, seed=3, drift=0.5), check_dtype=False)


def test_years_of_sale_can_be_chosen(run, tmp_path):
    out = tmp_path / "sales.parquet"
    code, *_ = run("simulate", "--out", out, "--first-year", 2015, "--last-year", 2015)

    sales = pd.read_parquet(out)
    assert code == 0
    assert len(sales) == 2000
    assert set(sales["YrSold"]) == {2015}


def test_houses_of_a_file_are_priced(run, tmp_path, sales, model_directory):
    sales.assign(LotArea=[-1, *sales["LotArea"][1:]]).to_csv(tmp_path / "h.csv", index=False)
    files = ("--data", tmp_path / "h.csv", "--model", model_directory, "--out", tmp_path / "p.csv")

    code, out, _ = run("predict", *files)
    _, as_json, _ = run("predict", *files, "--json")

    assert code == 0
    assert "199 of 200 rows priced, 1 refused" in out
    assert json.loads(as_json) | {"version": ""} == {"rows": 200, "refused": 1, "version": ""}
    assert pd.read_csv(tmp_path / "p.csv").shape == (200, 3)


def test_info_says_what_a_model_is(run, model_directory, model):
    _, out, _ = run("info", "--model", model_directory)
    _, as_json, _ = run("info", "--model", model_directory, "--json")

    assert model.version in out
    assert str(len(HOUSES)) in out
    assert json.loads(as_json) == json.loads(json.dumps(model.metadata()))


def test_a_model_is_measured_beside_the_mean(run, model_directory, tmp_path, sales):
    sales.to_csv(tmp_path / "sales.csv", index=False)
    arguments = ("evaluate", "--data", tmp_path / "sales.csv", "--model", model_directory)

    _, out, _ = run(*arguments)
    code, as_json, _ = run(*arguments, "--json")

    figures = json.loads(as_json)
    assert code == 0
    assert set(figures) == {"rows", "rmse", "rmse_log", "r2", "baseline"}
    assert set(figures["baseline"]) == {"rmse", "rmse_log", "r2"}
    assert figures["rows"] == 200
    assert f"{figures['rmse_log']:.4g}" in out


@pytest.mark.slow
def test_a_configuration_is_cross_validated_without_a_model(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code, as_json, _ = run("evaluate", "--cv", 3, "--rows", 200, "--json")

    figures = json.loads(as_json)
    assert code == 0
    assert len(figures["folds"]) == 3
    assert figures["rmse_log"] < 0.6 * figures["baseline"]["rmse_log"]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_trained_model_prices_houses(run, tmp_path, house):
    directory = tmp_path / "model"
    code, as_json, _ = run("train", "--rows", 150, "--model", directory, "--json")

    summary = json.loads(as_json)
    assert code == 0
    assert set(summary) == {"model_version", "rows", "metrics"}
    assert summary["rows"] == 150
    assert 50_000 < make_prediction(house, directory)["predictions"][0] < 500_000


@pytest.mark.slow
def test_training_tells_people_what_came_out(run, tmp_path):
    code, out, _ = run("train", "--rows", 150, "--model", tmp_path / "model")

    assert code == 0
    assert "rmse_log" in out


@pytest.mark.slow
@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "compare"])
def test_unknown_and_absent_columns_are_told_on_standard_error(
    run, tmp_path, sales, model_directory, command
):
    file = tmp_path / "sales.csv"
    sales.rename(columns={"LotArea": "lotarea", "Fence": "Zaun"}).to_csv(file, index=False)
    arguments = [command, "--data", file, "--json"]
    if command == "compare":
        arguments += [model_directory, model_directory]
    else:
        arguments += ["--model", tmp_path / "new" if command == "train" else model_directory]
    if command == "predict":
        arguments += ["--out", tmp_path / "prices.csv"]

    code, out, err = run(*arguments)

    assert code == 0
    assert "not known and are ignored: lotarea (did you mean LotArea?), Zaun." in err
    assert "absent, and count as missing: LotArea, Fence." in err
    assert json.loads(out)


def test_columns_that_are_all_known_need_no_word(run, tmp_path, sales, model_directory):
    sales.to_csv(tmp_path / "sales.csv", index=False)

    *_, err = run("evaluate", "--data", tmp_path / "sales.csv", "--model", model_directory)

    assert not err


@pytest.mark.slow
def test_sales_set_aside_are_counted_and_their_file_named(run, tmp_path, sales):
    file = tmp_path / "sales.csv"
    sales.assign(YrSold=["later", *sales["YrSold"][1:]]).to_csv(file, index=False)

    code, out, err = run("train", "--data", file, "--model", tmp_path / "model", "--json")

    assert code == 0
    assert json.loads(out)["metrics"]["set_aside"] == 1
    assert "1 of 200 rows set aside" in err and "set_aside.csv" in err


@pytest.mark.slow
def test_the_sales_are_not_destroyed_by_a_model(run, tmp_path, sales):
    model = tmp_path / "model"
    assert run("train", "--rows", 100, "--model", model)[0] == 0
    sales.to_csv(model / "sales.csv", index=False)

    code, _, err = run("train", "--data", model / "sales.csv", "--model", model)

    assert code == 1
    assert "(sales.csv)" in err
    assert (model / "sales.csv").exists()


def test_two_models_are_compared(run, tmp_path, sales, model_directory, write_tiny_model):
    dearer = write_tiny_model(tmp_path / "dearer", base=10.52)
    sales.to_csv(tmp_path / "houses.csv", index=False)
    command = ("compare", model_directory, dearer, "--data", tmp_path / "houses.csv")

    code, out, _ = run(*command)
    strict, as_json, _ = run(*command, "--json")
    lenient, *_ = run(*command, "--tolerance", 0.03)

    assert (code, strict, lenient) == (1, 1, 0)
    assert "200 of 200 prices" in out and "+2.020" in out
    assert json.loads(as_json)["beyond"] == 200


def test_houses_that_one_model_does_not_price_are_told(
    run, tmp_path, sales, model_directory, write_tiny_model
):
    other = Feature("Colour", "category", "Colour.", categories=("red",), required=True)
    strict = FeatureSchema((*HOUSES, other))
    directory = write_tiny_model(tmp_path / "strict", strict)
    sales.to_csv(tmp_path / "houses.csv", index=False)

    code, out, _ = run("compare", model_directory, directory, "--data", tmp_path / "houses.csv")

    assert code == 1
    assert "only old prices rows" in out and "190 more" in out


def test_a_capture_stands_for_its_model(run, tmp_path, sales, model_directory, write_tiny_model):
    dearer = write_tiny_model(tmp_path / "dearer", base=10.52)
    houses, before, after = (tmp_path / name for name in ("houses.csv", "old.json", "new.json"))
    sales.to_csv(houses, index=False)
    for model, out in ((model_directory, before), (dearer, after)):
        code, told, _ = run("capture", "--data", houses, "--model", model, "--out", out)
        assert code == 0 and "200 prices" in told

    by = ("--data", houses, "--by", "LotFrontage", "--tolerance", 0.03)
    codes = {
        "the same": run("compare", before, model_directory, "--data", houses)[0],
        "dearer": run("compare", before, after)[0],
        "within": run("compare", before, after, "--tolerance", 0.03)[0],
        "slices": run("compare", before, after, *by)[0],
        "slices within": run("compare", before, after, *by, "--slice-mean", 0.03)[0],
    }

    assert codes == {"the same": 0, "dearer": 1, "within": 0, "slices": 1, "slices within": 0}


def test_a_stale_capture_is_refused(run, tmp_path, sales, model_directory):
    houses, before = tmp_path / "houses.csv", tmp_path / "before.json"
    sales.to_csv(houses, index=False)
    run("capture", "--data", houses, "--model", model_directory, "--out", before)
    sales[::-1].to_csv(houses, index=False)

    code, _, err = run("compare", before, model_directory, "--data", houses)
    alone, _, why = run("compare", before, model_directory)

    assert code == alone == 1
    assert "take the capture anew" in err and "--data" in why


@pytest.mark.slow
def test_houses_that_neither_model_can_price_are_no_agreement(
    run, tmp_path, sales, model_directory
):
    sales.drop(columns="YrSold").to_csv(tmp_path / "houses.csv", index=False)
    models = (model_directory, model_directory)

    code, _, err = run("compare", *models, "--data", tmp_path / "houses.csv")

    assert code == 1
    assert "has no column YrSold" in err


@pytest.mark.slow
def test_what_a_terminal_cannot_show_becomes_a_question_mark(model_directory):
    command = [sys.executable, "-m", "regression_model", "info", "--model", str(model_directory)]
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}

    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ascii_only)

    assert done.returncode == 0
    assert "model_version" in done.stdout and not done.stderr


def test_progress_is_shown_on_a_terminal(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")

    _, out, err = run("simulate", "--rows", 10, "--out", tmp_path / "sales.csv")

    assert "Simulating" in err
    assert "Simulating" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["info", "--model", "nowhere"], "There is no model in nowhere"),
        (["evaluate", "--model", "nowhere"], "There is no model in nowhere"),
        (["evaluate", "--data", "lost.csv", "--cv", "5"], "There is no file lost.csv"),
        (["train", "--data", "lost.csv"], "There is no file lost.csv"),
        (["train", "--config", "lost.yml"], "lost.yml"),
        (["predict", "--data", "lost.csv", "--out", "p.csv", "--model", "nowhere"], "no model"),
        (["simulate", "--out", "sales.txt"], "neither .csv nor .parquet"),
        (["simulate", "--out", "x.csv", "--first-year", "2010", "--last-year", "2009"], "in order"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)

    code, out, err = run(*arguments)

    assert code == 1
    assert says in err
    assert "Traceback" not in err
    assert not out
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").write_text("")

    code, _, err = run("simulate", "--rows", 1, "--out", tmp_path / "file" / "sales.csv")

    assert code == 1
    assert "file" in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["paint"], ["train", "--colour", "red"], ["simulate", "--rows", "0", "--out", "a.csv"]],
)
def test_a_mistake_in_the_command_itself_has_exit_code_two(run, arguments):
    assert run(*arguments)[0] == 2
