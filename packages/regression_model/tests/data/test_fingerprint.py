import pandas as pd
import pytest

from regression_model.data.fingerprint import fingerprint


@pytest.fixture
def sales():
    return pd.DataFrame(
        {
            "Id": [1, 2, 3],
            "LotArea": [8450, 9600, 11250],
            "Alley": ["Pave", None, "Grvl"],
            "SalePrice": [208500, 181500, 223500],
        }
    )


def test_the_order_of_rows_does_not_matter(sales):
    assert fingerprint(sales.sample(frac=1, random_state=3)) == fingerprint(sales)


def test_the_order_of_columns_does_not_matter(sales):
    assert fingerprint(sales[sales.columns[::-1]]) == fingerprint(sales)


def test_the_row_index_does_not_matter(sales):
    assert fingerprint(sales.set_index(pd.Index([7, 8, 9]))) == fingerprint(sales)


def test_whole_numbers_written_as_decimals_are_the_same_data(sales):
    assert fingerprint(sales.astype({"LotArea": "float64"})) == fingerprint(sales)


def test_a_round_trip_through_csv_keeps_the_fingerprint(sales, tmp_path):
    sales.to_csv(tmp_path / "sales.csv", index=False)

    assert fingerprint(pd.read_csv(tmp_path / "sales.csv")) == fingerprint(sales)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.assign(SalePrice=[208500, 181500, 223501]),
        lambda table: table.assign(Alley=["Pave", "Pave", "Grvl"]),
        lambda table: table.rename(columns={"LotArea": "Area"}),
        lambda table: table.iloc[:2],
        lambda table: pd.concat([table, table.iloc[:1]]),
        lambda table: table.assign(LotArea=table["LotArea"].to_numpy()[::-1]),
    ],
    ids=["a price", "a gap filled", "a name", "a row lost", "a row twice", "values moved"],
)
def test_a_change_of_the_data_changes_the_fingerprint(sales, change):
    assert fingerprint(change(sales)) != fingerprint(sales)


def test_it_is_the_same_on_every_machine(sales):
    assert fingerprint(sales) == "c4b8dd945737797ae55ce1c09a02eefe6cb9f3b422ec722b13cac03e28afaf75"
