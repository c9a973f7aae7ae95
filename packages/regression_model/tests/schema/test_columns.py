import pytest
from regression_model import HOUSES
from regression_model.schema import DataError, check_columns, column_remarks

NAMES = ["Id", *HOUSES.names, "SalePrice"]


def test_all_that_the_schema_knows_needs_no_remark():
    check_columns(NAMES, HOUSES, needed=HOUSES.required)

    assert not column_remarks(NAMES, HOUSES)


@pytest.mark.parametrize("twice", ["GrLivArea", "SalePrice", "Id"])
def test_a_column_that_is_there_twice_is_named(twice):
    with pytest.raises(DataError, match=f"x.csv has more than one column {twice}: keep one"):
        check_columns([*NAMES, twice], HOUSES, source="x.csv")


def test_a_column_that_nobody_knows_may_be_there_twice():
    check_columns([*NAMES, "", "", 5, 5], HOUSES)


@pytest.mark.parametrize("nearly", ["yrsold", " YrSold", "Yr.Sold", "Yr_Sold", "YearSold"])
def test_a_needed_column_that_is_absent_is_named_with_its_near_miss(nearly):
    names = [nearly if name == "YrSold" else name for name in NAMES]

    with pytest.raises(DataError) as caught:
        check_columns(names, HOUSES, source="x.csv", needed=HOUSES.required)

    assert str(caught.value) == f"x.csv has no column YrSold (is it {nearly}?)."


def test_columns_unknown_and_absent_are_told_with_near_misses():
    names = ["lotarea" if name == "LotArea" else name for name in NAMES] + ["Remarks"]

    remarks = column_remarks(names, HOUSES, source="x.csv")

    assert len(remarks) == 2
    assert "lotarea (did you mean LotArea?), Remarks." in remarks[0]
    assert remarks[1].endswith("absent, and count as missing: LotArea.")


def test_a_sentence_names_so_many_absent_columns_and_counts_the_rest():
    remarks = column_remarks(list(HOUSES.required), HOUSES)

    assert len(remarks) == 1
    assert "LotFrontage" in remarks[0] and remarks[0].endswith(" and 54 more.")
