"""The compiled check takes only what the careful way takes, and makes the same numbers of it."""

import json

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ml_api.fast_lane import FastLane
from ml_api.records import read_rows
from regression_model import HOUSES, encode_rows

from abuse import ABUSES, GOOD, PREDICT
from test_schemas import plausible, rows

LANE = FastLane(HOUSES)
WHOLE = GOOD | {feature.name: None for feature in HOUSES if not feature.required}

right_rows = st.fixed_dictionaries(
    {name: st.just(value) for name, value in GOOD.items()},
    optional={
        feature.name: (
            st.sampled_from(feature.categories)
            if feature.is_category
            else st.sampled_from(
                [feature.minimum or 0, feature.maximum or 1, float(feature.minimum or 0)]
            )
        )
        for feature in HOUSES
        if feature.name not in GOOD
    },
)
odd_values = st.one_of(*(plausible(feature) for feature in list(HOUSES)[:6]))


def careful(body: bytes):
    """Return the careful way's matrix, or None when it refuses the body or any row."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(parsed, list):
        return None
    matrix, errors = encode_rows(parsed, HOUSES)
    return None if errors else matrix


def check(body: bytes) -> bool:
    """Compare the two ways on one body; return whether the fast one took it."""
    plain = LANE.read(body)
    if plain is None:
        return False
    expected = careful(body)
    assert expected is not None, f"only the fast lane takes {body!r}"
    np.testing.assert_array_equal(plain.matrix, expected.astype(np.float32))
    return True


@settings(max_examples=200, deadline=None)
@given(st.lists(right_rows, min_size=1, max_size=4))
def test_rows_that_are_plainly_right_are_taken(together):
    assert check(orjson.dumps(together))


@settings(max_examples=400, deadline=None)
@given(st.lists(right_rows | rows, max_size=3))
def test_what_is_taken_is_taken_by_the_careful_way_too(together):
    check(orjson.dumps(together))


@settings(max_examples=300, deadline=None)
@given(right_rows, st.sampled_from(HOUSES.names + HOUSES.carried), odd_values)
def test_one_odd_value_is_judged_alike(row, name, value):
    check(orjson.dumps([row | {name: value}]))
    check(orjson.dumps([row, row | {name: value}]))


@settings(max_examples=400, deadline=None)
@given(
    right_rows,
    st.integers(0, 400),
    st.binary(max_size=3)
    | st.sampled_from(
        [b"\\ud800", b"NaN", b"1e400", b"01", b"\xff", b"\x00", b"null,", b"[", b"}"]
    ),
)
def test_a_damaged_body_is_never_taken_by_the_fast_lane_alone(row, where, damage):
    body = orjson.dumps([row])
    check(body[:where] + damage + body[where:])
    check(body[:where] + damage + body[where + len(damage) :])


@pytest.mark.parametrize(
    "abuse",
    [abuse for abuse in ABUSES if abuse.path == PREDICT and abuse.body],
    ids=lambda abuse: abuse.name,
)
def test_no_abuse_is_taken_by_the_fast_lane_alone(abuse):
    check(abuse.body)


@pytest.mark.parametrize(
    "change",
    [
        {"Neighborhood": "Atlantis"},
        {"Neighborhood": "x" * 64},
        {"MSSubClass": 20.0},
        {"Id": "anything", "SalePrice": None},
        {"GarageArea": 480.0},
        {"Street": ""},
        {"Street": "NA"},
    ],
)
@pytest.mark.parametrize("others", [[], [GOOD]])
def test_odd_but_right_rows_are_taken(change, others):
    assert check(orjson.dumps([GOOD | change, *others]))


@pytest.mark.parametrize(
    "change",
    [
        {"Neighborhood": "x" * 65},
        {"Neighborhood": None},
        {"MSSubClass": 7},
        {"Id": [1]},
        {"Id": {"a": 1}},
        {"GrLivArea": 1500.5},
        {"GrLivArea": -1},
        {"GrLivArea": True},
        {"GrLivArea": None},
        {"Colour": "red"},
    ],
)
@pytest.mark.parametrize("others", [[], [GOOD]])
def test_what_is_wrong_or_doubtful_is_left_to_the_careful_way(change, others):
    assert LANE.read(orjson.dumps([GOOD | change, *others])) is None


def test_no_rows_are_left_to_the_careful_way():
    assert LANE.read(b"[]") is None


def test_lines_are_read_like_a_list():
    lines = b"\n".join(orjson.dumps(row) for row in (GOOD, WHOLE))
    plain = LANE.read_lines(lines)

    np.testing.assert_array_equal(plain.matrix, LANE.read(orjson.dumps([GOOD, WHOLE])).matrix)


def test_the_compact_form_holds_what_came():
    sent = [WHOLE | {"Neighborhood": "Atlantis", "LotFrontage": 60.5}, GOOD]
    kept = read_rows(LANE.read(json.dumps(sent).encode()).compact().decode())

    for row, came in zip(kept, sent, strict=True):
        assert {name: value for name, value in row.items() if value is not None} == {
            name: value for name, value in came.items() if value is not None
        }
