import hashlib

import numpy as np
import pandas as pd
import pytest
from regression_model.simulation import simulate_sales
from regression_model.sources import (
    OPENML_ROWS,
    DataError,
    check_sales,
    load_sales,
    openml_sales,
    read_table,
)


def refusal(*arguments, **options) -> str:
    with pytest.raises(DataError) as caught:
        load_sales(*arguments, **options)
    return str(caught.value)


def test_without_a_file_sales_are_simulated():
    pd.testing.assert_frame_equal(load_sales(rows=30, seed=4), simulate_sales(30, seed=4))


def test_csv_and_parquet_hold_the_same_sales(sales, tmp_path):
    sales.to_csv(tmp_path / "sales.csv", index=False, na_rep="NA")
    sales.to_parquet(tmp_path / "sales.parquet")

    pd.testing.assert_frame_equal(load_sales(tmp_path / "sales.csv"), sales, check_dtype=False)
    pd.testing.assert_frame_equal(load_sales(str(tmp_path / "sales.parquet")), sales)


def test_in_csv_none_is_a_code_and_na_a_gap(sales, tmp_path):
    sales.assign(MasVnrType="None", Alley="NA", Fence="").to_csv(tmp_path / "a.csv", index=False)

    table = read_table(tmp_path / "a.csv")

    assert set(table["MasVnrType"]) == {"None"}
    assert table["Alley"].isna().all() and table["Fence"].isna().all()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lost.csv", None, "There is no file"),
        ("sales.xlsx", b"", "is neither .csv nor .parquet"),
        ("sales", b"", "is neither .csv nor .parquet"),
        ("empty.csv", b"", "cannot be read as a table"),
        ("header.csv", b"Id,SalePrice\n", "holds no rows"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3\n", "cannot be read as a table"),
        ("bytes.csv", b"a,b\n\xff\xfe,2\n", "has no column"),
        ("text.parquet", b"a,b\n1,2\n", "cannot be read as a table"),
        ("other.csv", b"Colour,Size\nred,5\n", "has no column Neighborhood, OverallQual"),
    ],
)
def test_a_file_that_holds_no_sales_is_told(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    message = refusal(tmp_path / name)

    assert says in message
    assert str(tmp_path / name) in message
    assert "\n" not in message


def test_a_directory_is_no_table(tmp_path):
    (tmp_path / "sales.csv").mkdir()

    assert "There is no file" in refusal(tmp_path / "sales.csv")


def test_an_unknown_source_is_told():
    assert "choose one of simulated, openml" in refusal(source="kaggle")


def test_sales_need_a_price(sales):
    with pytest.raises(DataError, match="The table has no column SalePrice"):
        check_sales(sales.drop(columns="SalePrice"), name="The table")


@pytest.mark.parametrize("price", [np.nan, 0, -5, np.inf])
def test_a_price_that_is_none_is_told_by_row(sales, price):
    wrong = sales.assign(SalePrice=sales["SalePrice"].astype(float))
    wrong.loc[[7, 9], "SalePrice"] = price

    with pytest.raises(DataError, match="2 rows without a price above zero.*row 8"):
        check_sales(wrong, name="The table")


def test_a_price_in_words_is_no_price(sales):
    with pytest.raises(DataError, match="200 rows without a price"):
        check_sales(sales.assign(SalePrice="much"), name="The table")


def test_a_sale_that_breaks_the_schema_is_told_by_row_and_field(sales):
    wrong = sales.copy()
    wrong.loc[4, "GrLivArea"] = -5

    with pytest.raises(
        DataError, match="1 of 200 rows break the schema.*row 5: GrLivArea: Must be"
    ):
        check_sales(wrong, name="The table")


def test_no_sales_are_told(sales):
    with pytest.raises(DataError, match="holds no rows"):
        check_sales(sales[:0], name="The table")


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    """Stands for what OpenML would send: a table of that size, with its quotes around codes."""
    sales = simulate_sales(OPENML_ROWS, seed=3)
    quoted = sales["MSZoning"].replace("C (all)", "'C (all)'")
    return sales.assign(MSZoning=quoted)


def test_openml_is_asked_once(real, tmp_path, monkeypatch):
    asked = []

    def fetch():
        asked.append(1)
        return real

    first = openml_sales(tmp_path / "cache", fetch=fetch)
    second = openml_sales(tmp_path / "cache", fetch=fetch)

    assert asked == [1]
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(first, real, check_dtype=False)
    monkeypatch.setenv("REGRESSION_MODEL_CACHE", str(tmp_path / "cache"))
    pd.testing.assert_frame_equal(load_sales(source="openml"), first)


def test_the_cache_is_in_the_home_directory_by_default(real, tmp_path, monkeypatch):
    monkeypatch.delenv("REGRESSION_MODEL_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    openml_sales(fetch=lambda: real)

    assert list((tmp_path / ".cache" / "regression_model").glob("*.csv"))


def test_a_changed_cache_is_refused(real, tmp_path):
    openml_sales(tmp_path, fetch=lambda: real)
    path = next(tmp_path.glob("*.csv"))
    path.write_bytes(path.read_bytes().replace(b"NAmes", b"NArms", 1))

    with pytest.raises(DataError, match="is not what was fetched.*Remove it"):
        openml_sales(tmp_path, fetch=lambda: real)


def test_a_lost_hash_is_refused_too(real, tmp_path):
    openml_sales(tmp_path, fetch=lambda: real)
    next(tmp_path.glob("*.sha256")).unlink()

    with pytest.raises(DataError, match="is not what was fetched"):
        openml_sales(tmp_path, fetch=lambda: real)


def test_offline_one_is_told_what_works_without_a_network(tmp_path, monkeypatch):
    def offline(*_, **__):
        raise OSError("Name or service not known")

    monkeypatch.setattr("sklearn.datasets.fetch_openml", offline)

    with pytest.raises(DataError, match="Name or service not known.*--data FILE"):
        openml_sales(tmp_path)
    assert not list(tmp_path.iterdir())


def test_another_table_than_expected_is_not_cached(real, tmp_path):
    with pytest.raises(DataError, match="gave 10 sales where 1460"):
        openml_sales(tmp_path, fetch=lambda: real[:10])
    assert not list(tmp_path.iterdir())


def test_the_hash_in_the_cache_is_that_of_the_file(real, tmp_path):
    openml_sales(tmp_path, fetch=lambda: real)

    content = next(tmp_path.glob("*.csv")).read_bytes()
    noted = next(tmp_path.glob("*.sha256")).read_text().strip()
    assert hashlib.sha256(content).hexdigest() == noted
