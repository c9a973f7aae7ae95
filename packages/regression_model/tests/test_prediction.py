import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_model import HOUSES, EncodedRows, ModelError, make_prediction


def test_a_house_has_a_price_in_dollars(model, house, price):
    result = make_prediction(house, model)

    assert result["predictions"] == [pytest.approx(price, rel=1e-5)]
    assert result["version"] == model.version
    assert not result["errors"]
    assert json.dumps(result)


@pytest.mark.parametrize(
    "kind",
    [lambda house: [house], lambda house: (house,), lambda house: pd.DataFrame([house])],
    ids=["list", "tuple", "frame"],
)
def test_a_list_and_a_table_are_priced_alike(model, house, kind):
    assert make_prediction(kind(house), model) == make_prediction(house, model)


def test_an_arrow_table_is_priced_too(model, rows):
    table = pa.Table.from_pylist(rows)

    assert make_prediction(table, model) == make_prediction(rows, model)


def test_a_bad_row_is_told_and_the_good_ones_still_priced_in_order(model, house, price):
    dear = house | {"OverallQual": 10}
    result = make_prediction([house, house | {"GrLivArea": "big"}, dear, None], model)

    assert result["predictions"][1] is result["predictions"][3] is None
    assert result["predictions"][0] == pytest.approx(price, rel=1e-5)
    assert result["predictions"][2] > price
    assert result["errors"] == {
        1: {"GrLivArea": ["The model cannot price a house whose GrLivArea is not a whole number."]},
        3: {"_schema": ["The model cannot price what is not a row of fields."]},
    }


@pytest.mark.parametrize("remarks", [{}, {"Remarks": "nice"}])
def test_a_row_of_a_data_frame_is_a_house(model, house, remarks):
    row = pd.DataFrame([house | remarks] * 3).iloc[2]

    assert make_prediction(row, model) == make_prediction(house, model)


def test_a_column_of_a_data_frame_is_no_house(model, house):
    with pytest.raises(TypeError, match="a DataFrame or a row of one"):
        make_prediction(pd.DataFrame([house])["GrLivArea"], model)


def test_rows_that_come_encoded_are_priced_as_they_are(model, rows):
    matrix, _ = model.encode(rows)

    assert make_prediction(EncodedRows(matrix), model) == make_prediction(rows, model)


def test_every_refusal_is_in_the_models_own_words(model, house):
    wrong = [{}, None, house | {"Colour": 1}, house | {"LotArea": "9"}, house | {"YrSold": 20000}]

    errors = make_prediction(wrong, model)["errors"]

    told = [text for fields in errors.values() for texts in fields.values() for text in texts]
    assert list(errors) == [0, 1, 2, 3, 4]
    assert all(text.startswith("The model cannot price ") for text in told)
    assert errors[4]["YrSold"] == [
        "The model cannot price a house whose YrSold is not from 1700 to 2300."
    ]


def test_a_table_with_a_column_twice_is_refused(model, house):
    table = pd.DataFrame([house])

    with pytest.raises(ValueError, match="more than one column GrLivArea"):
        make_prediction(pd.concat([table, table["GrLivArea"]], axis="columns"), model)


def test_no_rows_give_no_predictions(model):
    assert make_prediction([], model)["predictions"] == []


@pytest.mark.parametrize("data", [None, "house", 5, {1, 2}, b"house"])
def test_what_holds_no_houses_is_a_type_error(model, data):
    with pytest.raises(TypeError, match="make_prediction takes a dict"):
        make_prediction(data, model)


@pytest.mark.parametrize("base", [800.0, math.nan])
def test_a_price_that_is_not_finite_is_never_given(tmp_path, house, base, write_tiny_model):
    directory = write_tiny_model(tmp_path / "m", base=base)

    result = make_prediction([house, {}], directory)

    assert result["predictions"] == [None, None]
    told = "The model cannot price this house: what it computes is not finite."
    assert result["errors"][0] == {"_schema": [told]}
    assert "YrSold" in result["errors"][1]


def test_the_model_is_named_by_the_environment(model_directory, monkeypatch, house, price):
    monkeypatch.setenv("REGRESSION_MODEL", str(model_directory))

    assert make_prediction(house)["predictions"] == [pytest.approx(price, rel=1e-5)]


def test_the_model_is_in_the_working_directory_by_default(
    tmp_path, monkeypatch, house, price, write_tiny_model
):
    monkeypatch.delenv("REGRESSION_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ModelError, match="regression-model train --model .*model"):
        make_prediction(house)
    write_tiny_model(tmp_path / "model")

    assert make_prediction(house)["predictions"] == [pytest.approx(price, rel=1e-5)]


def test_a_model_trained_anew_in_the_same_place_is_taken(tmp_path, house, write_tiny_model):
    first = make_prediction(house, write_tiny_model(tmp_path / "model", base=10))
    again = make_prediction(house, tmp_path / "model")
    (tmp_path / "model" / "manifest.json").unlink()
    second = make_prediction(house, write_tiny_model(tmp_path / "model", base=11))

    assert first == again
    assert second["predictions"][0] == pytest.approx(first["predictions"][0] * math.e, rel=1e-4)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(HOUSES.names) | st.text(max_size=3), inner, max_size=5),
    max_leaves=8,
)


@pytest.mark.slow
@settings(deadline=None)
@given(rows=st.lists(JSON, max_size=4), changes=JSON.filter(lambda each: isinstance(each, dict)))
def test_anything_at_all_has_a_finite_price_or_reasons(model, rows, changes):
    house = {"OverallQual": 5, "GrLivArea": 1000, "YearBuilt": 1960, "YrSold": 2008}
    rows = [*rows, house | {"Neighborhood": "NAmes"} | changes]

    result = make_prediction(rows, model)

    assert len(result["predictions"]) == len(rows)
    for row, predicted in enumerate(result["predictions"]):
        if row in result["errors"]:
            assert predicted is None
            assert all(result["errors"][row].values())
        else:
            assert np.isfinite(predicted) and predicted > 0


PREDICTION_HALF_ALONE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""
ABSENT = (
    "sklearn pandas scipy pyarrow matplotlib typer rich yaml msgspec skops skl2onnx onnx".split()
)


def run_without_training_half(code: str, *arguments: str) -> subprocess.CompletedProcess:
    blocked = PREDICTION_HALF_ALONE.format(ABSENT=set(ABSENT))
    command = [sys.executable, "-W", "error", "-c", blocked + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_predicting_needs_none_of_the_training_half(model_directory, house, price):
    code = """
import json
from regression_model import make_prediction
print(json.dumps(make_prediction(json.loads(sys.argv[1]), sys.argv[2])["predictions"]))
"""
    done = run_without_training_half(code, json.dumps(house), str(model_directory))

    assert not done.stderr
    assert json.loads(done.stdout) == [pytest.approx(price, rel=1e-5)]


def test_the_command_says_what_to_install_without_the_training_half():
    code = "from regression_model.__main__ import main; main()"
    done = run_without_training_half(code)

    assert done.returncode == 1
    assert 'pip install "regression_model[train]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_the_package_loads_no_training_library():
    code = "import regression_model, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not set(ABSENT) & set(done.stdout.split())
