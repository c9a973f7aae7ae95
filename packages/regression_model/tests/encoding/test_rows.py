import math
from collections import OrderedDict, UserDict
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_model import HOUSES, Feature, FeatureSchema, encode_rows
from regression_model.encoding import Refused, check_value

WITHOUT = "The model cannot price a house without {}."
NOT = "The model cannot price a house whose {} is not {}."
WHOLE, NUMBER, TEXT = "a whole number", "a number", "a text of at most 64 characters"


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


GAPS = [
    None,
    math.nan,
    np.float32("nan"),
    pd.NA,
    pd.NaT,
    "",
    "NA",
    " ",
    "\tNA ",
    Decimal("nan"),
    Decimal("snan"),
    "absent",
]


@pytest.mark.parametrize("gap", GAPS, ids=repr)
@pytest.mark.parametrize("name", ["LotFrontage", "LotArea", "MSZoning", "MSSubClass"])
def test_all_ways_to_say_missing_are_the_same_gap(house, name, gap):
    row = {key: value for key, value in house.items() if key != name}
    encoded, errors = encode_one(
        row if isinstance(gap, str) and gap == "absent" else row | {name: gap}
    )

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


@pytest.mark.parametrize("name", HOUSES.required)
@pytest.mark.parametrize("gap", GAPS, ids=repr)
def test_a_required_field_must_not_be_missing(house, name, gap):
    row = {key: value for key, value in house.items() if key != name}

    errors = encode_one(row if isinstance(gap, str) and gap == "absent" else row | {name: gap})[1]

    assert errors == {name: [WITHOUT.format(name)]}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GrLivArea", "big", WHOLE),
        ("GrLivArea", "1710", WHOLE),
        ("GrLivArea", True, WHOLE),
        ("GrLivArea", 1710.5, WHOLE),
        ("GrLivArea", math.inf, WHOLE),
        ("GrLivArea", [1710], WHOLE),
        ("GrLivArea", {}, WHOLE),
        ("GrLivArea", 1j, WHOLE),
        ("GrLivArea", np.True_, WHOLE),
        ("GrLivArea", -1, "from 1 to 100000"),
        ("GrLivArea", 1e308, "from 1 to 100000"),
        ("GrLivArea", 10**400, "from 1 to 100000"),
        ("GrLivArea", -(10**30), "from 1 to 100000"),
        ("YearBuilt", 20000, "from 1700 to 2300"),
        ("LotFrontage", "65", NUMBER),
        ("LotFrontage", False, NUMBER),
        ("LotFrontage", -math.inf, NUMBER),
        ("LotFrontage", -0.5, "from 0 to 10000"),
        ("LotFrontage", 10**400, "from 0 to 10000"),
        ("MSZoning", 5, TEXT),
        ("MSZoning", True, TEXT),
        ("MSZoning", ["RL"], TEXT),
        ("MSZoning", {"a": 1}, TEXT),
        ("MSZoning", "x" * 65, TEXT),
        ("MSSubClass", "60", WHOLE),
        ("MSSubClass", 60.5, WHOLE),
        ("MSSubClass", True, WHOLE),
        ("MSSubClass", math.inf, WHOLE),
        ("MSSubClass", [], WHOLE),
        ("GrLivArea", Decimal("1710.5"), WHOLE),
        ("GrLivArea", Decimal("1e999999"), "from 1 to 100000"),
        ("GrLivArea", Decimal("inf"), WHOLE),
        ("GrLivArea", np.datetime64(2008, "ns"), WHOLE),
        ("GrLivArea", pd.Timestamp(2008), WHOLE),
        ("MSSubClass", Decimal("60.5"), WHOLE),
        ("MSZoning", b"RL", TEXT),
    ],
)
def test_each_wrong_value_is_told(house, name, value, message):
    assert encode_one(house | {name: value})[1] == {name: [NOT.format(name, message)]}


def test_a_field_unheard_of_is_told(house):
    told = "The model cannot price a house with the field Colour, unknown to it."

    assert encode_one(house | {"Colour": "red"})[1] == {"Colour": [told]}


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
        ("MSZoning", " RL\n", 5),
        ("GrLivArea", Decimal(1710), 1710),
        ("GrLivArea", Decimal("1.71e3"), 1710),
        ("LotFrontage", Decimal("65.5"), 65.5),
        ("LotFrontage", np.float32(65.5), 65.5),
        ("LotFrontage", np.longdouble(65.5), 65.5),
        ("MSSubClass", Decimal(60), 5),
    ],
)
def test_each_right_value_is_taken(house, name, value, encoded):
    result, errors = encode_one(house | {name: value})

    assert not errors
    assert result[name] == encoded


@pytest.mark.parametrize("row", [None, 5, "house", [], [["GrLivArea", 5]], (), math.nan])
def test_what_is_no_row_is_told(row):
    matrix, errors = encode_rows([row], HOUSES)

    assert errors == {0: {"_schema": ["The model cannot price what is not a row of fields."]}}
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


def test_the_place_of_each_bad_row_is_kept(house):
    rows = [house] * 100
    bad = {3: "Colour", 50: "GrLivArea", 99: "MSZoning"}
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


@pytest.mark.parametrize("names", [["GrLivArea"], ["Alley"], ["GrLivArea", "Alley"], []])
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
        1: {"Height": [NOT.format("Height", NUMBER)]},
        2: {"Depth": [NOT.format("Depth", "at least 0")]},
    }


# -- whatever comes, a row and its values decide alike

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


def by_the_rules(row):
    """Check a row value by value."""
    values, wrong = {}, set()
    for feature in HOUSES:
        try:
            values[feature.name] = check_value(feature, row.get(feature.name))
        except Refused:
            wrong.add(feature.name)
    return values, wrong | (row.keys() - {*HOUSES.names, *HOUSES.carried})


@pytest.mark.slow
@settings(deadline=None)
@given(json_rows())
def test_a_row_is_judged_as_its_values_are(row):
    encoded, errors = encode_one(row)

    values, wrong = by_the_rules(row)
    assert set(errors) == wrong
    np.testing.assert_array_equal([encoded[name] for name in values], list(values.values()))


def test_rows_of_a_data_frame_with_numpy_values_encode_as_plain_ones(sales, rows):
    records = sales.to_dict("records")

    np.testing.assert_array_equal(encode_rows(records, HOUSES)[0], encode_rows(rows, HOUSES)[0])
    assert isinstance(records[0]["MSSubClass"], (int, np.integer))
    assert pd.isna(records[0]["PoolQC"])
