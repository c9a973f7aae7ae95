import math
from collections import OrderedDict, UserDict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_model import HOUSES, Feature, FeatureSchema, encode_rows
from regression_model.checking import check_row
from regression_model.encoding import BLOCK_ROWS, row_encoder

REQUIRED = "Missing data for required field."
NULL = "Field may not be null."
NOT_AN_INTEGER = "Not a valid integer."
NOT_A_NUMBER = "Not a valid number."
NOT_A_STRING = "Not a valid string."
RANGE = "Must be greater than or equal to {} and less than or equal to {}."


def encode_one(row):
    matrix, errors = encode_rows([row], HOUSES)
    return dict(zip(HOUSES.names, matrix[0].tolist(), strict=True)), errors.get(0, {})


def test_numbers_stay_and_codes_become_their_place_in_the_schema(house):
    encoded, errors = encode_one(house)

    assert not errors
    assert encoded["GrLivArea"] == 1710
    assert encoded["LotFrontage"] == 65
    assert HOUSES["Neighborhood"].categories[int(encoded["Neighborhood"])] == "CollgCr"
    assert HOUSES["MSSubClass"].categories[int(encoded["MSSubClass"])] == 60


@pytest.mark.parametrize("gap", [None, math.nan, np.nan, "absent"])
@pytest.mark.parametrize("name", ["LotFrontage", "LotArea", "MSZoning", "MSSubClass"])
def test_absent_null_and_nan_are_the_same_gap(house, name, gap):
    row = {key: value for key, value in house.items() if key != name}
    encoded, errors = encode_one(row if gap == "absent" else row | {name: gap})

    assert not errors
    assert math.isnan(encoded[name])


@pytest.mark.parametrize("value", ["Atlantis", "x" * 64, "None"])
def test_a_category_unheard_of_is_accepted_as_unknown(house, value):
    encoded, errors = encode_one(house | {"Neighborhood": value, "Alley": value})

    assert not errors
    assert encoded["Neighborhood"] == encoded["Alley"] == -1


@pytest.mark.parametrize("value", [5, 10**400, -1, 7.0])
def test_a_dwelling_unheard_of_is_accepted_as_unknown(house, value):
    assert encode_one(house | {"MSSubClass": value})[0]["MSSubClass"] == -1


@pytest.mark.parametrize("text", ["", "NA"])
def test_the_text_of_a_gap_is_a_gap_where_gaps_are_allowed(house, text):
    encoded, errors = encode_one(house | {"Alley": text, "Neighborhood": text})

    assert not errors
    assert math.isnan(encoded["Alley"])
    assert encoded["Neighborhood"] == -1


@pytest.mark.parametrize("name", HOUSES.required)
def test_a_required_field_must_be_there_and_not_null(house, name):
    without = {key: value for key, value in house.items() if key != name}

    assert encode_one(without)[1] == {name: [REQUIRED]}
    assert encode_one(house | {name: None})[1] == {name: [NULL]}
    assert encode_one(house | {name: math.nan})[1] == {name: [NULL]}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GrLivArea", "big", NOT_AN_INTEGER),
        ("GrLivArea", "1710", NOT_AN_INTEGER),
        ("GrLivArea", True, NOT_AN_INTEGER),
        ("GrLivArea", 1710.5, NOT_AN_INTEGER),
        ("GrLivArea", math.inf, NOT_AN_INTEGER),
        ("GrLivArea", [1710], NOT_AN_INTEGER),
        ("GrLivArea", {}, NOT_AN_INTEGER),
        ("GrLivArea", 1j, NOT_AN_INTEGER),
        ("GrLivArea", np.True_, NOT_AN_INTEGER),
        ("GrLivArea", -1, RANGE.format(1, 100000)),
        ("GrLivArea", 1e308, RANGE.format(1, 100000)),
        ("GrLivArea", 10**400, RANGE.format(1, 100000)),
        ("GrLivArea", -(10**30), RANGE.format(1, 100000)),
        ("YearBuilt", 20000, RANGE.format(1700, 2300)),
        ("LotFrontage", "65", NOT_A_NUMBER),
        ("LotFrontage", False, NOT_A_NUMBER),
        ("LotFrontage", -math.inf, NOT_A_NUMBER),
        ("LotFrontage", -0.5, RANGE.format(0, 10000)),
        ("LotFrontage", 10**400, RANGE.format(0, 10000)),
        ("MSZoning", 5, NOT_A_STRING),
        ("MSZoning", True, NOT_A_STRING),
        ("MSZoning", ["RL"], NOT_A_STRING),
        ("MSZoning", {"a": 1}, NOT_A_STRING),
        ("MSZoning", "x" * 65, NOT_A_STRING),
        ("MSSubClass", "60", NOT_AN_INTEGER),
        ("MSSubClass", 60.5, NOT_AN_INTEGER),
        ("MSSubClass", True, NOT_AN_INTEGER),
        ("MSSubClass", math.inf, NOT_AN_INTEGER),
        ("MSSubClass", [], NOT_AN_INTEGER),
        ("Colour", "red", "Unknown field."),
    ],
)
def test_each_wrong_value_is_told(house, name, value, message):
    assert encode_one(house | {name: value})[1] == {name: [message]}


@pytest.mark.parametrize(
    ("name", "value", "encoded"),
    [
        ("GrLivArea", 1710.0, 1710),
        ("GrLivArea", np.int64(1710), 1710),
        ("GrLivArea", 100_000, 100_000),
        ("GrLivArea", 1, 1),
        ("LotFrontage", np.float64(65.5), 65.5),
        ("LotFrontage", 0, 0),
        ("MSSubClass", 60.0, 5),
        ("MSSubClass", np.int64(60), 5),
        ("MSZoning", np.str_("RL"), 5),
        ("MSZoning", "'C (all)'", 1),
    ],
)
def test_each_right_value_is_taken(house, name, value, encoded):
    result, errors = encode_one(house | {name: value})

    assert not errors
    assert result[name] == encoded


@pytest.mark.parametrize("row", [None, 5, "house", [], [["GrLivArea", 5]], (), math.nan])
def test_what_is_no_row_is_told(row):
    matrix, errors = encode_rows([row], HOUSES)

    assert errors == {0: {"_schema": ["Invalid input type."]}}
    assert np.isnan(matrix).all()


@pytest.mark.parametrize("kind", [OrderedDict, UserDict])
def test_any_mapping_is_a_row(house, kind):
    matrix, errors = encode_rows([kind(house)], HOUSES)

    assert not errors
    np.testing.assert_array_equal(matrix, encode_rows([house], HOUSES)[0])


def test_carried_columns_are_accepted_and_never_used(house):
    with_price, errors = encode_rows([house | {"Id": "a", "SalePrice": [None]}], HOUSES)

    assert not errors
    np.testing.assert_array_equal(with_price, encode_rows([house], HOUSES)[0])


def test_every_wrong_field_of_a_row_is_told_at_once(house):
    errors = encode_one(house | {"GrLivArea": "big", "MSZoning": 1, "Colour": 1, 5: 1})[1]

    assert set(errors) == {"GrLivArea", "MSZoning", "Colour", "5"}


def test_no_rows_are_an_empty_matrix():
    matrix, errors = encode_rows([], HOUSES)

    assert matrix.shape == (0, 79)
    assert not errors


def test_the_place_of_each_bad_row_is_kept_over_many_blocks(house):
    rows = [house] * (2 * BLOCK_ROWS + 10)
    bad = {3: "Colour", BLOCK_ROWS: "GrLivArea", 2 * BLOCK_ROWS + 9: "MSZoning"}
    for place, name in bad.items():
        rows[place] = house | {name: True}

    matrix, errors = encode_rows(rows, HOUSES)

    assert {place: list(fields) for place, fields in errors.items()} == {
        place: [name] for place, name in bad.items()
    }
    right = [place for place in range(len(rows)) if place not in bad]
    np.testing.assert_array_equal(matrix[right], np.repeat(matrix[:1], len(right), axis=0))


def test_full_rows_and_rows_without_their_gaps_encode_alike(rows):
    thin = [{key: value for key, value in row.items() if value is not None} for row in rows]

    full, errors = encode_rows(rows, HOUSES)

    assert not errors
    np.testing.assert_array_equal(full, encode_rows(thin, HOUSES)[0])


@pytest.mark.parametrize("names", [["GrLivArea"], ["GrLivArea", "LotArea"], ["Alley", "MSZoning"]])
def test_a_schema_of_any_size_works(names):
    schema = FeatureSchema(tuple(HOUSES[name] for name in names))
    row = {name: "Grvl" if HOUSES[name].is_category else 50 for name in names}

    matrix, errors = encode_rows([row], schema)

    assert not errors
    assert matrix.shape == (1, len(names))


def test_a_number_without_limits_takes_all_but_infinity():
    schema = FeatureSchema(
        (
            Feature("Height", "number", "Height."),
            Feature("Depth", "number", "Depth.", minimum=0),
            *(HOUSES[name] for name in ("Alley", "Street")),
        )
    )

    rows = [{"Height": -1e300}, {"Height": math.inf}, {"Depth": -1}, {"Depth": 1e300}]
    matrix, errors = encode_rows(rows, schema)

    assert matrix[0, 0] == -1e300 and matrix[3, 1] == 1e300
    assert errors == {
        1: {"Height": [NOT_A_NUMBER]},
        2: {"Depth": ["Must be greater than or equal to 0."]},
    }


def test_the_encoder_of_a_schema_is_made_once():
    assert row_encoder(HOUSES) is row_encoder(FeatureSchema.from_dict(HOUSES.to_dict()))


# -- whatever comes, the fast lane and the rules decide alike ---------------------------------

NUMBERS = st.one_of(
    st.integers(-5, 2500),
    st.integers(),
    st.floats(),
    st.sampled_from([10**400, 2.0, 1999.5, math.inf, math.nan, True, False, 1e308]),
)
ANYTHING = st.one_of(
    st.none(),
    NUMBERS,
    st.text(max_size=70),
    st.sampled_from(["NA", "", "RL", "'C (all)'", "Gd", "20", "x" * 65]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
)


@st.composite
def json_rows(draw):
    """Draw a row: mostly right, with some fields replaced, dropped or added."""
    row = {}
    for feature in HOUSES:
        if feature.is_category:
            row[feature.name] = draw(st.sampled_from(feature.categories))
        else:
            row[feature.name] = int(feature.minimum) + 1
    for name in draw(st.lists(st.sampled_from(HOUSES.names), max_size=4)):
        row[name] = draw(ANYTHING)
    for name in draw(st.lists(st.sampled_from(HOUSES.names), max_size=3)):
        row.pop(name, None)
    return row | draw(
        st.dictionaries(st.sampled_from(["Id", "SalePrice", "Colour"]), ANYTHING, max_size=2)
    )


@settings(deadline=None)
@given(st.lists(st.one_of(json_rows(), json_rows(), ANYTHING), max_size=6))
def test_the_fast_lane_decides_as_the_rules_do(rows):
    matrix, errors = encode_rows(rows, HOUSES)

    checked = [check_row(HOUSES, row) for row in rows]
    assert errors == {place: wrong for place, (_, wrong) in enumerate(checked) if wrong}
    for place, (values, wrong) in enumerate(checked):
        if not wrong:
            np.testing.assert_array_equal(matrix[place], values)


def test_rows_of_a_data_frame_with_numpy_values_encode_as_plain_ones(sales, rows):
    records = sales.to_dict("records")

    np.testing.assert_array_equal(encode_rows(records, HOUSES)[0], encode_rows(rows, HOUSES)[0])
    assert isinstance(records[0]["MSSubClass"], (int, np.integer))
    assert pd.isna(records[0]["PoolQC"])
