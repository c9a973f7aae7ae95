import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_model import HOUSES, encode_rows, encode_table
from regression_model.schema import FeatureSchema

WITHOUT = "The model cannot price a house without {}."


def as_frame(rows):
    return pd.DataFrame(rows)


def as_objects(rows):
    return pd.DataFrame(rows, dtype=object)


def as_arrow(rows):
    return pa.Table.from_pylist(rows)


def as_dictionaries(rows):
    table = pa.Table.from_pylist(rows)
    encoded = {
        name: column.dictionary_encode() if pa.types.is_string(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pa.table(encoded)


def as_decimals(rows):
    """What a database gives: whole numbers as decimals."""
    return pd.DataFrame(rows).map(
        lambda cell: Decimal(cell) if isinstance(cell, int) else cell, na_action="ignore"
    )


def as_nullable(rows):
    return pd.DataFrame(rows).convert_dtypes()


TABLES = [as_frame, as_objects, as_arrow, as_dictionaries, as_decimals, as_nullable]
tables = pytest.mark.parametrize("as_table", TABLES, ids=lambda each: each.__name__)


@tables
def test_a_table_encodes_as_its_rows_do(rows, as_table):
    matrix, errors = encode_table(as_table(rows), HOUSES)

    assert not errors
    np.testing.assert_array_equal(matrix, encode_rows(rows, HOUSES)[0])


@tables
def test_bad_cells_are_told_by_row_and_field(rows, as_table):
    rows = [dict(row) for row in rows[:5]]
    rows[1]["GrLivArea"] = -5
    rows[3] |= {"YearBuilt": 20000, "LotFrontage": 1e308}

    matrix, errors = encode_table(as_table(rows), HOUSES)

    assert errors == encode_rows(rows, HOUSES)[1]
    assert list(errors) == [1, 3]
    assert math.isnan(matrix[1, HOUSES.names.index("GrLivArea")])


@tables
def test_a_null_in_a_required_column_is_told(rows, as_table):
    rows = [dict(row) for row in rows[:4]]
    rows[2] |= {"GrLivArea": None, "Neighborhood": None}

    assert encode_table(as_table(rows), HOUSES)[1] == {
        2: {name: [WITHOUT.format(name)] for name in ("Neighborhood", "GrLivArea")}
    }


@pytest.mark.parametrize("as_table", [as_frame, as_arrow])
def test_the_text_of_a_number_is_a_number_in_a_file_only(rows, as_table):
    row = rows[0] | {"GrLivArea": " 1710 ", "LotFrontage": "65.50", "MSSubClass": "60"}
    table = as_table([row])

    matrix, errors = encode_table(table, HOUSES, from_file=True)

    number = rows[0] | {"GrLivArea": 1710, "LotFrontage": 65.5, "MSSubClass": 60}
    assert not errors
    np.testing.assert_array_equal(matrix, encode_rows([number], HOUSES)[0])
    assert set(encode_table(table, HOUSES)[1][0]) == {"GrLivArea", "LotFrontage", "MSSubClass"}


@pytest.mark.parametrize("text", ["big", "1_000", "0x10", "nan", "inf", "1e400", "1,710", "17 10"])
def test_a_text_that_says_no_number_spoils_its_own_row_only(rows, text):
    table = as_frame([row | {"GrLivArea": "1710"} for row in rows[:3]])
    table.loc[1, "GrLivArea"] = text

    errors = encode_table(table, HOUSES, from_file=True)[1]

    assert list(errors) == [1] and list(errors[1]) == ["GrLivArea"]


def test_lists_and_structures_are_no_values(rows):
    table = pa.Table.from_pylist([rows[0] | {"GrLivArea": [1710], "MSZoning": {"code": "RL"}}])

    assert set(encode_table(table, HOUSES)[1][0]) == {"GrLivArea", "MSZoning"}


@pytest.mark.parametrize("as_table", [as_frame, as_arrow])
def test_a_column_that_is_there_twice_is_an_error_that_names_it(house, as_table):
    table = as_table([house])
    if as_table is as_frame:
        twice = pd.concat([table, table[["GrLivArea"]]], axis="columns")
    else:
        twice = table.append_column("GrLivArea", table["GrLivArea"])

    with pytest.raises(ValueError, match="more than one column GrLivArea"):
        encode_table(twice, HOUSES)


def test_columns_of_the_wrong_kind_are_told_in_each_row(rows):
    table = as_frame(rows[:2]).assign(GrLivArea=[True, False], MSZoning=[1, 2])

    errors = encode_table(table, HOUSES)[1]

    assert set(errors[0]) == {"MSZoning", "GrLivArea"}


def test_one_does_not_stand_for_true_in_a_mixed_column(rows):
    table = as_frame(rows[:3]).astype({"FullBath": object})
    table["FullBath"] = pd.Series([1, True, [1]], dtype=object)

    errors = encode_table(table, HOUSES)[1]

    assert set(errors) == {1, 2}


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, pd.NaT])
def test_every_way_of_writing_a_gap_is_a_gap(rows, gap):
    table = as_frame(rows[:1]).astype(object)
    table["LotArea"] = pd.Series([gap], dtype=object)
    table["MSZoning"] = pd.Series([gap], dtype=object)

    matrix, errors = encode_table(table, HOUSES)

    assert not errors
    assert np.isnan(
        matrix[0, [HOUSES.names.index("LotArea"), HOUSES.names.index("MSZoning")]]
    ).all()


def test_further_columns_are_ignored_and_absent_ones_are_gaps(house):
    table = pd.DataFrame([house]).assign(Colour="red")

    matrix, errors = encode_table(table, HOUSES)

    assert not errors
    np.testing.assert_array_equal(matrix, encode_rows([house], HOUSES)[0])


def test_an_absent_required_column_is_told_in_each_row(house):
    errors = encode_table(pd.DataFrame([house, house]).drop(columns="YrSold"), HOUSES)[1]

    assert errors == {row: {"YrSold": [WITHOUT.format("YrSold")]} for row in (0, 1)}


@pytest.mark.parametrize("as_table", [as_frame, as_arrow, as_dictionaries])
def test_an_empty_table_is_an_empty_matrix(rows, as_table):
    assert encode_table(as_table(rows)[:0], HOUSES)[0].shape == (0, 79)


def test_rows_are_told_by_place_whatever_the_index_says(rows):
    table = as_frame(rows[:3])
    table.index = [7, 7, 9]
    table.iloc[2, table.columns.get_loc("LotArea")] = -1

    assert list(encode_table(table, HOUSES)[1]) == [2]


def test_the_table_of_the_caller_is_left_as_it_was(rows):
    table = as_frame([rows[0] | {"LotArea": -1.0}])

    encode_table(table, HOUSES)

    assert table["LotArea"].tolist() == [-1.0]


def test_tables_in_parts_with_other_codes_in_each_are_one_table(rows):
    needed = [{name: row[name] for name in HOUSES.required} for row in rows]
    parts = pa.concat_tables([as_dictionaries(needed[:9]), as_dictionaries(needed[9:])])

    np.testing.assert_array_equal(encode_table(parts, HOUSES)[0], encode_rows(needed, HOUSES)[0])


NUMBERS = FeatureSchema(tuple(HOUSES[name] for name in ("LotFrontage", "LotArea", "YearBuilt")))
CELLS = st.one_of(st.none(), st.floats(), st.integers(-10, 3000).map(float))


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries({name: CELLS for name in NUMBERS.names}), min_size=1))
def test_columns_of_numbers_are_judged_as_rows_are(rows):
    matrix, errors = encode_rows(rows, NUMBERS)
    for as_table in (as_frame, as_arrow, as_objects):
        encoded, wrong = encode_table(as_table(rows), NUMBERS)

        assert wrong == errors
        right = [row for row in range(len(rows)) if row not in errors]
        np.testing.assert_array_equal(encoded[right], matrix[right])
