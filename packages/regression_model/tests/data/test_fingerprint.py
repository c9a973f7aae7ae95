from collections import Counter
from decimal import Decimal
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    assert fingerprint(sales) == "df357d5859bc2f3529428069ae0a2cf0b846add9d303b92fa6f3f9f14dbe700d"


# cells that some encoding or other takes for one another
CELLS = [
    *(None, "NA", "", "nan", "None", "null", "<NA>"),
    *(True, "True", "true", 1, 1.0, "1", "1.0", 0, -0.0, False, -1, 0.1, "0.1", 0.12, 1e300),
    *(2**53, float(2**53), 2**53 + 1, float("inf"), "inf"),
    *("a", "b", "a,b", "a\nb", "a\r\nb", "a\\nb", '"', '"a"', "a;b", "a\tb", " a", "é", "\udc80"),
]
# few, so that two tables made of them are often nearly the same
PARTS = st.sampled_from([None, "NA", 1, "1", "a", "b", "a\nb", "a,b", '"'])
ROWS = st.lists(st.tuples(PARTS, PARTS), max_size=3)


def meaning(rows):
    """Count the rows, each cell as what it is and its exact value."""

    def exact(cell):
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        return ("number", Decimal(cell)) if number else (type(cell), cell)

    return Counter(tuple(exact(cell) for cell in row) for row in rows)


@settings(max_examples=300, deadline=None)
@given(ROWS.flatmap(lambda rows: st.tuples(st.just(rows), ROWS | st.permutations(rows))))
def test_two_tables_have_one_fingerprint_exactly_when_they_say_the_same(both):
    one, other = (pd.DataFrame(rows, columns=["a", "b"], dtype=object) for rows in both)
    same = meaning(both[0]) == meaning(both[1])

    assert (fingerprint(one) == fingerprint(other)) == same


def test_cells_that_look_alike_are_not_the_same_data():
    known = [fingerprint(pd.DataFrame({"cell": [cell]}, dtype=object)) for cell in CELLS]

    for (one, first), (other, second) in combinations(zip(CELLS, known, strict=True), 2):
        assert (first == second) == (meaning([(one,)]) == meaning([(other,)])), (one, other)


def test_line_ends_inside_a_text_do_not_let_cells_change_places():
    one = pd.DataFrame({"a": ["x\ny", "z"], "b": ["1", "2"]})
    other = pd.DataFrame({"a": ["x", "z\ny"], "b": ["1", "2"]})

    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("dtype", ["int32", "Int64", "float32", "float64", "Float64", "object"])
def test_a_type_of_storage_is_no_part_of_the_data(sales, dtype):
    assert fingerprint(sales.astype({"LotArea": dtype})) == fingerprint(sales)


def test_a_number_of_numpys_among_text_is_that_number():
    tables = [pd.DataFrame({"cell": [five, "a"]}, dtype=object) for five in (5, np.int64(5))]

    assert fingerprint(tables[0]) == fingerprint(tables[1])


@pytest.mark.parametrize("gap", [None, float("nan"), pd.NA, pd.NaT])
def test_every_kind_of_gap_is_one_gap(gap):
    cells = pd.Series(["Pave", gap], dtype=object)

    assert fingerprint(pd.DataFrame({"Alley": cells})) == fingerprint(
        pd.DataFrame({"Alley": ["Pave", None]})
    )


def test_the_name_of_a_column_is_told_from_two_names():
    assert fingerprint(pd.DataFrame(columns=["a,b"])) != fingerprint(
        pd.DataFrame(columns=["a", "b"])
    )


def test_dates_and_categories_have_a_fingerprint(sales):
    dated = sales.assign(Sold=pd.to_datetime(["2008-01-01", None, "2009-07-01"]))
    later = dated.assign(Sold=dated["Sold"] + pd.Timedelta(days=1))

    assert fingerprint(dated) != fingerprint(later)
    assert fingerprint(sales.astype({"Alley": "category"})) == fingerprint(sales)


def test_the_table_that_was_handed_in_stays_as_it_was(sales):
    before = sales.copy()
    fingerprint(sales)

    pd.testing.assert_frame_equal(sales, before)
