import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from regression_model import make_prediction
from regression_model.data import DataError
from regression_model.data.files import CHUNK_ROWS
from regression_model.scale.scoring import count_rows, score_file
from regression_model.simulation import simulate_sales


@pytest.fixture(params=["csv", "parquet"])
def data(request, sales, tmp_path):
    path = tmp_path / f"houses.{request.param}"
    if request.param == "csv":
        sales.to_csv(path, index=False, na_rep="NA")
    else:
        sales.to_parquet(path)
    return path


@pytest.fixture(params=["csv", "parquet"])
def out(request, tmp_path):
    return tmp_path / "new" / f"prices.{request.param}"


def read(path) -> pd.DataFrame:
    table = csv.read_csv(path) if path.suffix == ".csv" else parquet.read_table(path)
    return table.to_pandas()


def test_every_house_of_a_file_gets_the_price_that_it_would_get_alone(
    model, data, out, sales, rows
):
    scored = score_file(model, data, out)

    prices = read(out)
    assert (scored.rows, scored.refused) == (200, 0)
    assert list(prices.columns) == ["Id", "prediction", "errors"]
    assert prices["Id"].astype(str).tolist() == sales["Id"].astype(str).tolist()
    np.testing.assert_allclose(
        prices["prediction"], make_prediction(rows, model)["predictions"], rtol=1e-12
    )


def test_a_bad_row_has_no_price_but_its_reasons(model, out, sales, tmp_path):
    houses = sales.head(3).astype({"GrLivArea": object})
    houses.loc[1, "GrLivArea"] = "big"
    houses.to_csv(tmp_path / "houses.csv", index=False)

    scored = score_file(model, tmp_path / "houses.csv", out)

    prices = read(out)
    assert scored.refused == 1
    assert prices["prediction"].isna().tolist() == [False, True, False]
    assert json.loads(prices["errors"][1]) == {
        "GrLivArea": ["The model cannot price a house whose GrLivArea is not a whole number."]
    }
    assert pd.isna(prices["errors"][0]) or prices["errors"][0] == ""


def test_houses_without_an_id_keep_their_order(model, tmp_path, sales):
    sales.drop(columns="Id").to_parquet(tmp_path / "houses.parquet")

    score_file(model, tmp_path / "houses.parquet", tmp_path / "prices.parquet")

    assert read(tmp_path / "prices.parquet").shape == (200, 2)


def test_an_id_may_be_a_text(model, tmp_path, sales):
    names = [f"house-{number}" for number in sales["Id"]]
    sales.assign(Id=names).to_csv(tmp_path / "houses.csv", index=False)

    score_file(model, tmp_path / "houses.csv", tmp_path / "prices.csv")

    assert read(tmp_path / "prices.csv")["Id"].tolist() == names


@pytest.mark.slow
def test_a_file_is_priced_chunk_by_chunk_and_progress_is_told(model, tmp_path):
    sales = simulate_sales(2 * CHUNK_ROWS + 100)
    sales.loc[CHUNK_ROWS + 3, "LotArea"] = -1
    sales.to_parquet(tmp_path / "houses.parquet")
    steps = []

    scored = score_file(
        model, tmp_path / "houses.parquet", tmp_path / "p.parquet", progress=steps.append
    )

    assert steps == [CHUNK_ROWS, CHUNK_ROWS, 100]
    assert (scored.rows, scored.refused) == (2 * CHUNK_ROWS + 100, 1)
    prices = read(tmp_path / "p.parquet")
    assert prices.index[prices["prediction"].isna()].tolist() == [CHUNK_ROWS + 3]


def test_numbers_as_text_and_columns_that_nobody_asked_for_do_no_harm(model, tmp_path, sales):
    odd = sales.astype(str).replace({"nan": "NA", "None": "NA"}).assign(Colour="red")
    odd.to_parquet(tmp_path / "houses.parquet")

    scored = score_file(model, tmp_path / "houses.parquet", tmp_path / "prices.csv")

    assert scored.refused == 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lost.csv", None, "There is no file"),
        ("houses.json", b"{}", "is neither .csv nor .parquet"),
        ("empty.csv", b"", "cannot be read as a table: it is empty"),
        ("houses.csv.gz", b"\x1f\x8b", "is compressed"),
        ("other.csv", b"Colour\nred\n", "has no column Neighborhood"),
        ("text.parquet", b"no table", "cannot be read as a table"),
        ("header.csv", b"Neighborhood,OverallQual,YearBuilt,GrLivArea,YrSold\n", "holds no rows"),
    ],
)
def test_what_holds_no_houses_is_told_and_nothing_is_written(model, tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = set(tmp_path.iterdir())

    with pytest.raises(DataError, match=says):
        score_file(model, tmp_path / name, tmp_path / "prices.csv")

    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("link", ["same", "symbolic link", "hard link", "another spelling"])
def test_the_houses_are_never_overwritten_by_their_prices(model, sales, tmp_path, link):
    houses, out = tmp_path / "houses.csv", tmp_path / "out.csv"
    sales.to_csv(houses, index=False)
    before = houses.read_bytes()
    if link == "symbolic link":
        out.symlink_to(houses)
    elif link == "hard link":
        out.hardlink_to(houses)
    else:
        out = houses if link == "same" else tmp_path / ".." / tmp_path.name / "houses.csv"

    with pytest.raises(DataError, match="is the file of the houses"):
        score_file(model, houses, out)

    assert houses.read_bytes() == before


def test_a_folder_is_no_file_for_prices_and_nothing_is_left(model, data, tmp_path):
    (tmp_path / "prices.csv").mkdir()
    before = set(tmp_path.iterdir())

    with pytest.raises(OSError, match="directory"):
        score_file(model, data, tmp_path / "prices.csv")

    assert set(tmp_path.iterdir()) == before


def test_what_lies_beside_the_prices_is_left_alone(model, data, tmp_path):
    neighbour = tmp_path / "prices.csv.part"
    neighbour.write_text("mine")

    score_file(model, data, tmp_path / "prices.csv")

    assert neighbour.read_text() == "mine"


def test_an_id_in_csv_comes_out_as_it_came(model, sales, tmp_path):
    names = ["0001", " 2 ", "", "NA", "1e3", "A-5", *map(str, range(6, 200)), "late"]
    houses = pd.concat([sales] * 2).head(len(names)).assign(Id=names)
    houses.to_csv(tmp_path / "houses.csv", index=False)

    scored = score_file(model, tmp_path / "houses.csv", tmp_path / "prices.parquet")

    assert scored.refused == 0
    assert read(tmp_path / "prices.parquet")["Id"].tolist() == names


@pytest.mark.parametrize("kind", ["category", "Int64", "decimal"])
def test_an_id_of_any_type_can_be_written_down(model, sales, tmp_path, kind):
    table = pa.Table.from_pandas(sales if kind == "decimal" else sales.astype({"Id": kind}))
    if kind == "decimal":
        place = table.column_names.index("Id")
        table = table.set_column(place, "Id", table["Id"].cast(pa.decimal128(20, 0)))
    parquet.write_table(table, tmp_path / "houses.parquet")

    score_file(model, tmp_path / "houses.parquet", tmp_path / "prices.csv")

    assert read(tmp_path / "prices.csv")["Id"].tolist() == sales["Id"].tolist()


def test_line_ends_in_quotes_are_read_at_any_size(model, sales, tmp_path, monkeypatch):
    monkeypatch.setattr("regression_model.data.files.CHUNK_BYTES", 20_000)
    remarks = sales.assign(Remarks="a line, and\nanother\n" * 5)
    remarks.to_csv(tmp_path / "houses.csv", index=False)

    scored = score_file(model, tmp_path / "houses.csv", tmp_path / "prices.csv")

    assert (scored.rows, scored.refused) == (200, 0)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_required_fields_alone_are_enough(model, sales, tmp_path, suffix):
    needed = sales[list(model.schema.required)]
    file = tmp_path / f"five.{suffix}"
    if suffix == "csv":
        needed.to_csv(file, index=False)
    else:
        needed.to_parquet(file)

    score_file(model, file, tmp_path / "prices.parquet")

    expected = make_prediction(needed, model)["predictions"]
    assert read(tmp_path / "prices.parquet")["prediction"].tolist() == pytest.approx(expected)


def test_whole_decimals_of_parquet_are_numbers(model, sales, rows, tmp_path):
    table = pa.Table.from_pandas(sales)
    place = table.column_names.index("GrLivArea")
    column = table["GrLivArea"].cast(pa.decimal128(22, 2))
    parquet.write_table(table.set_column(place, "GrLivArea", column), tmp_path / "h.parquet")

    scored = score_file(model, tmp_path / "h.parquet", tmp_path / "prices.parquet")

    assert scored.refused == 0
    prices = read(tmp_path / "prices.parquet")["prediction"]
    np.testing.assert_allclose(prices, make_prediction(rows, model)["predictions"], rtol=1e-12)


def test_texts_of_parquet_may_be_bytes(model, sales, tmp_path):
    table = pa.Table.from_pandas(sales)
    place = table.column_names.index("Neighborhood")
    column = table["Neighborhood"].cast(pa.binary())
    parquet.write_table(table.set_column(place, "Neighborhood", column), tmp_path / "h.parquet")

    assert score_file(model, tmp_path / "h.parquet", tmp_path / "prices.csv").refused == 0


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_column_that_is_there_twice_is_told(model, sales, tmp_path, suffix):
    table = pa.Table.from_pandas(sales)
    twice = table.append_column("GrLivArea", table["LotArea"])
    write = csv.write_csv if suffix == "csv" else parquet.write_table
    write(twice, tmp_path / f"twice.{suffix}")

    with pytest.raises(DataError, match=f"twice.{suffix} has more than one column GrLivArea"):
        score_file(model, tmp_path / f"twice.{suffix}", tmp_path / "prices.csv")


def test_a_name_that_says_no_kind_is_told_before_work_begins(model, data, tmp_path):
    with pytest.raises(DataError, match="neither"):
        score_file(model, data, tmp_path / "prices.txt", progress=lambda _: pytest.fail("began"))


def test_prices_that_were_there_survive_a_failure(model, tmp_path, sales):
    (tmp_path / "prices.csv").write_text("old")
    text = sales.to_csv(index=False)
    (tmp_path / "houses.csv").write_text(text + "1,2,3\n")

    with pytest.raises(DataError):
        score_file(model, tmp_path / "houses.csv", tmp_path / "prices.csv")

    assert (tmp_path / "prices.csv").read_text() == "old"
    assert not list(tmp_path.glob("*.part"))


def test_parquet_says_how_many_rows_it_holds(tmp_path, sales):
    sales.to_parquet(tmp_path / "houses.parquet")
    (tmp_path / "text.parquet").write_text("no table")

    assert count_rows(tmp_path / "houses.parquet") == 200
    assert count_rows(tmp_path / "lost.parquet") is None
    assert count_rows(tmp_path / "text.parquet") is None
    assert count_rows(tmp_path / "houses.csv") is None


@pytest.mark.slow
def test_memory_holds_no_more_than_a_few_chunks(model, tmp_path):
    sales = pa.Table.from_pandas(simulate_sales(CHUNK_ROWS))
    with parquet.ParquetWriter(tmp_path / "houses.parquet", sales.schema) as writer:
        for _ in range(12):
            writer.write_table(sales)
    held = []

    score_file(
        model,
        tmp_path / "houses.parquet",
        tmp_path / "prices.parquet",
        progress=lambda _: held.append(pa.total_allocated_bytes()),
    )

    assert max(held[6:]) < 1.5 * max(held[:6])
