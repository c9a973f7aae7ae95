import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from regression_model import make_prediction
from regression_model.scoring import CHUNK_ROWS, count_rows, score_file
from regression_model.simulation import simulate_sales
from regression_model.sources import DataError


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
    assert prices["Id"].tolist() == sales["Id"].tolist()
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
    assert json.loads(prices["errors"][1]) == {"GrLivArea": ["Not a valid integer."]}
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
        ("empty.csv", b"", "cannot be read as a table"),
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
