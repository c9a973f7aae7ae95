"""A cell means the same as JSON, in a DataFrame, in Arrow, in CSV and in Parquet."""

import csv
import json

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from regression_model import HOUSES, load_model, make_prediction
from regression_model.data import read_table
from regression_model.scale import score_file

# a model is trained for them
pytestmark = pytest.mark.slow

HOUSE = {"Neighborhood": "NAmes", "OverallQual": 5, "GrLivArea": 1200, "YearBuilt": 1961}
HOUSE |= {"YrSold": 2008, "KitchenQual": "TA", "LotArea": 9000, "MSSubClass": 20, "Alley": "Pave"}


def outcome(prices, errors):
    return [round(price, 6) if price else sorted(errors[row]) for row, price in enumerate(prices)]


def called(rows, model):
    made = make_prediction(rows, model)
    return outcome(made["predictions"], made["errors"])


def scored(path, model):
    out = path.with_name("prices.parquet")
    score_file(model, path, out)
    table = parquet.read_table(out).to_pydict()
    errors = {row: json.loads(told) for row, told in enumerate(table["errors"]) if told}
    return outcome(table["prediction"], errors)


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(HOUSE))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path, rows):
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture(scope="module", name="judge")
def _judge(tmp_path_factory):
    """A model to which every field matters, so that no two readings of a cell cost the same."""
    from regression_model.pipeline import load_config  # pylint: disable=import-outside-toplevel
    from regression_model.simulation import simulate_sales  # pylint: disable=C0415
    from regression_model.training import train  # pylint: disable=import-outside-toplevel

    folder = tmp_path_factory.mktemp("judge")
    train(simulate_sales(200), load_config(), directory=folder / "model", quick=True)
    return load_model(folder / "model"), folder


TEXTS = st.one_of(
    st.sampled_from(["", "NA", " ", " NA ", "None", "NridgHt ", "\tNridgHt", "nridght", " Ex"]),
    st.sampled_from(
        ["Ex", "Grvl", "Pave\u00a0", "1710", " 60 ", "na", "nan", "x" * 65, "a,b", 'q"']
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=4),
)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Neighborhood", "KitchenQual", "Alley"]), TEXTS),
        min_size=1,
        max_size=8,
    )
)
def test_a_text_costs_the_same_or_is_refused_in_every_way_in(judge, cells):
    model, folder = judge
    rows = [HOUSE | {name: text} for name, text in cells]

    expected = called(rows, model)

    assert called(pd.DataFrame(rows), model) == expected
    assert called(pd.DataFrame(rows, dtype=object), model) == expected
    assert called(pa.Table.from_pylist(rows), model) == expected
    assert scored(write_csv(folder / "houses.csv", rows), model) == expected
    assert scored(write_parquet(folder / "houses.parquet", rows), model) == expected
    assert called(read_table(folder / "houses.csv", HOUSES, needed=()), model) == expected


NUMBERS = st.one_of(
    st.none(),
    st.integers(-10, 3000),
    st.floats(-1e6, 1e6),
    st.sampled_from([1710.0, 1e300, 2**60]),
)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["GrLivArea", "LotArea", "MSSubClass"]), NUMBERS),
        min_size=1,
        max_size=8,
    )
)
def test_a_number_costs_the_same_or_is_refused_in_every_way_in(judge, cells):
    model, folder = judge
    rows = [HOUSE | {name: float(cell) if cell is not None else None} for name, cell in cells]

    expected = called(rows, model)

    assert called(pd.DataFrame(rows), model) == expected
    assert called(pd.DataFrame(rows, dtype=object), model) == expected
    assert called(pa.Table.from_pylist(rows), model) == expected
    assert scored(write_csv(folder / "houses.csv", rows), model) == expected
    assert scored(write_parquet(folder / "houses.parquet", rows), model) == expected


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [("Neighborhood", "NridgHt ", "NridgHt"), ("KitchenQual", " Ex", "Ex"), ("Alley", " ", None)],
)
def test_blanks_around_a_code_mean_nothing(judge, name, text, meant):
    model, _ = judge

    assert called([HOUSE | {name: text}], model) == called([HOUSE | {name: meant}], model)


@pytest.mark.parametrize("name", ["GrLivArea", "MSSubClass", "LotArea"])
def test_the_text_of_a_number_is_refused_but_in_files(judge, name):
    model, folder = judge
    rows = [HOUSE | {name: str(HOUSE[name])}]

    for way in (rows, pd.DataFrame(rows), pa.Table.from_pylist(rows)):
        assert called(way, model) == [[name]]
    price = called([HOUSE], model)
    assert scored(write_csv(folder / "houses.csv", rows), model) == price
    assert scored(write_parquet(folder / "houses.parquet", rows), model) == price
