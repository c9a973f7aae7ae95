import gzip
import hashlib

import numpy as np
import pandas as pd
import pytest
from regression_model.simulation import simulate_sales
from regression_model import HOUSES
from regression_model.data import DataError, check_sales, load_sales, read_table
from regression_model.data.openml import OPENML_ROWS, openml_sales


def refusal(*arguments, **options) -> str:
    with pytest.raises(DataError) as caught:
        load_sales(*arguments, **options)
    return str(caught.value)


def test_without_a_file_sales_are_simulated():
    pd.testing.assert_frame_equal(load_sales(rows=30, seed=4), simulate_sales(30, seed=4))


def test_csv_and_parquet_hold_the_same_sales(sales, tmp_path):
    sales.to_csv(tmp_path / "sales.csv", index=False, na_rep="NA")
    sales.to_parquet(tmp_path / "sales.parquet")

    from_csv = load_sales(tmp_path / "sales.csv")
    assert from_csv["Id"].tolist() == sales["Id"].astype(str).tolist()
    pd.testing.assert_frame_equal(
        from_csv.drop(columns="Id"), sales.drop(columns="Id"), check_dtype=False
    )
    pd.testing.assert_frame_equal(load_sales(str(tmp_path / "sales.parquet")), sales)


def test_in_csv_none_is_a_code_and_na_a_gap(sales, tmp_path):
    sales.assign(MasVnrType="None", Alley="NA", Fence="").to_csv(tmp_path / "a.csv", index=False)

    table = read_table(tmp_path / "a.csv", HOUSES)

    assert set(table["MasVnrType"]) == {"None"}
    assert table["Alley"].isna().all() and table["Fence"].isna().all()


GOOD = b"Neighborhood,OverallQual,YearBuilt,GrLivArea,YrSold,SalePrice\n" + (
    b"NAmes,5,1961,1200,2008,150000\n"
)
LATIN = GOOD.replace(b"NAmes", "Größe".encode("latin-1"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lost.csv", None, "There is no file"),
        ("sales.xlsx", b"", "is neither .csv nor .parquet"),
        ("sales", b"", "is neither .csv nor .parquet"),
        ("empty.csv", b"", "cannot be read as a table: it is empty"),
        ("header.csv", GOOD[: GOOD.index(b"NAmes")], "holds no rows"),
        ("ragged.csv", GOOD + b"1,2,3\n", "cannot be read as a table"),
        ("bytes.csv", LATIN, "is not encoded as UTF-8: save it as UTF-8"),
        ("wide.csv", GOOD.decode().encode("utf-16"), "is encoded as UTF-16: save it as UTF-8"),
        ("wider.csv", GOOD.decode().encode("utf-16-le"), "is not encoded as UTF-8"),
        ("semicolons.csv", GOOD.replace(b",", b";"), "has semicolons between its columns"),
        ("tabs.csv", GOOD.replace(b",", b"\t"), "has tabs between its columns"),
        ("gzip.csv", gzip.compress(GOOD), "is compressed (gzip): unpack it first"),
        ("workbook.csv", b"PK\x03\x04\x14\x00", "an Excel workbook"),
        ("columns.csv", b"PAR1\x15\x04", "is a Parquet file"),
        ("sales.csv.zip", b"PK\x03\x04", "is compressed, as its name says"),
        ("price.csv", GOOD.replace(b"SalePrice\n", b"SalePrice,SalePrice\n"), "column SalePrice:"),
        ("area.csv", GOOD.replace(b"YrSold", b"GrLivArea"), "more than one column GrLivArea"),
        ("near.csv", GOOD.replace(b"YrSold", b"yrsold"), "no column YrSold (is it yrsold?)."),
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
        check_sales(sales.drop(columns="SalePrice"))


@pytest.mark.parametrize("price", [np.nan, 0, -5, np.inf])
def test_a_price_that_is_none_is_told_by_row(sales, price):
    wrong = sales.assign(SalePrice=sales["SalePrice"].astype(float))
    wrong.loc[[7, 9], "SalePrice"] = price

    with pytest.raises(
        DataError,
        match="2 of 200 rows break a rule.*row 8: SalePrice: There is no price above zero",
    ):
        check_sales(wrong)


def test_a_price_in_words_is_no_price(sales):
    with pytest.raises(DataError, match="200 of 200 rows .* no price above zero"):
        check_sales(sales.assign(SalePrice="much"))


def test_a_sale_that_breaks_the_schema_is_told_by_row_and_field(sales):
    wrong = sales.copy()
    wrong.loc[4, "GrLivArea"] = -5

    with pytest.raises(
        DataError, match="1 of 200 rows break a rule.*row 5: GrLivArea: The model cannot price"
    ):
        check_sales(wrong)


def test_no_sales_are_told(sales):
    with pytest.raises(DataError, match="holds no rows"):
        check_sales(sales[:0])


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
    pd.testing.assert_frame_equal(first.astype({"Id": int}), real, check_dtype=False)
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
