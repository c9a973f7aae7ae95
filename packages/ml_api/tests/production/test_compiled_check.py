"""The compiled check takes only what the schema takes, and makes the same numbers of it."""

from datetime import datetime
from types import SimpleNamespace

import numpy as np
import orjson
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validate
from ml_api.production import agreement
from ml_api.production.compiled_check import COMPACT_FROM, CompiledCheck, CompiledRows
from ml_api.storage.database import PREDICTIONS
from ml_api.storage.records import Record, read_records
from ml_api.validation.row_schema import row_schema
from ml_api.validation.rows import SchemaCheck
from regression_model import HOUSES, EncodedRows, Feature, FeatureSchema, encode_rows

from abuse import ABUSES, GOOD, PREDICT

COMPILED = CompiledRows(HOUSES)
SCHEMA = row_schema(HOUSES)
MODEL = SimpleNamespace(schema=HOUSES)


def by_schema(body: bytes):
    """Return the model's input for rows that the schema takes, None when it refuses any."""
    try:
        rows = orjson.loads(body)
        loaded = [SCHEMA.load(row) for row in rows] if isinstance(rows, list) else None
    except (orjson.JSONDecodeError, ValidationError):
        return None
    if not loaded:
        return None
    matrix, errors = encode_rows(loaded, HOUSES)
    assert not errors
    return matrix.astype(np.float32)


def takes(body: bytes) -> bool:
    """Compare the two on one body; return whether the compiled check took it."""
    checked = COMPILED.read(body)
    if checked is not None:
        expected = by_schema(body)
        assert expected is not None, f"only the compiled check takes {body!r}"
        np.testing.assert_array_equal(checked.good.matrix, expected)
        assert checked.count == len(expected)
    return checked is not None


plain_rows = st.fixed_dictionaries(
    {name: st.just(value) for name, value in GOOD.items()},
    optional={
        feature.name: (
            st.sampled_from(feature.categories)
            if feature.is_category
            else st.sampled_from([feature.minimum or 0, feature.maximum or 1])
        )
        for feature in HOUSES
        if feature.name not in GOOD
    },
)
odd_values = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
) | (st.text(max_size=70) | st.sampled_from(["", "NA", " NAmes", "'Wd Sdng'", "x" * 64]))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(plain_rows, min_size=1, max_size=4))
def test_rows_that_are_plainly_right_are_taken(rows):
    assert takes(orjson.dumps(rows))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(plain_rows, st.sampled_from(HOUSES.names + HOUSES.carried + ("Colour",)), odd_values)
def test_one_odd_value_is_judged_as_the_schema_judges_it(row, name, value):
    try:
        body = orjson.dumps([row, row | {name: value}])
    except (TypeError, orjson.JSONEncodeError):
        return  # an integer that JSON does not carry, or half a surrogate pair
    takes(body)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(plain_rows, st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_body_is_never_taken_by_the_compiled_check_alone(row, where, damage):
    body = orjson.dumps([row])
    takes(body[:where] + damage + body[where:])
    takes(body[:where] + damage + body[where + len(damage) :])


@pytest.mark.parametrize(
    "abuse", [it for it in ABUSES if it.path == PREDICT and it.body], ids=lambda it: it.name
)
def test_no_bad_request_is_taken_by_the_compiled_check_alone(abuse):
    takes(abuse.body)


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"Neighborhood": "Atlantis"}, True),
        ({"MSSubClass": 20.0}, True),
        ({"MSSubClass": 7}, True),
        ({"Id": "anything", "SalePrice": None}, True),
        ({"GarageArea": 480.0}, True),
        ({"Neighborhood": "NAmes "}, False),
        ({"Neighborhood": "NA"}, False),
        ({"KitchenQual": " Ex"}, False),
        ({"Street": ""}, False),
        ({"Neighborhood": "x" * 65}, False),
        ({"MSSubClass": 20.5}, False),
        ({"Id": [1]}, False),
        ({"GrLivArea": True}, False),
        ({"Colour": "red"}, False),
    ],
)
def test_it_speaks_only_for_what_is_plainly_right(change, taken):
    assert takes(orjson.dumps([GOOD | change])) == taken


def test_lines_are_read_one_by_one():
    lines = [orjson.dumps(GOOD), orjson.dumps(GOOD | {"GrLivArea": 2000})]

    np.testing.assert_array_equal(
        COMPILED.read_lines(lines).good.matrix,
        COMPILED.read(b"[%b]" % b",".join(lines)).good.matrix,
    )
    assert COMPILED.read_lines([lines[0] + lines[1]]) is None
    assert COMPILED.read_lines([lines[0], None]) is None


def test_many_rows_are_kept_column_by_column_and_nothing_of_them_is_lost(tmp_path):
    rows = [GOOD | {"LotArea": 0, "Id": number} for number in range(COMPACT_FROM)]
    rows[1] |= {"Alley": None, "LotFrontage": 61.5, "Id": 2**53 + 1, "MSZoning": "RL"}
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'kept.db'}")
    PREDICTIONS.metadata.create_all(engine)
    checked = COMPILED.read(orjson.dumps(rows))
    record = Record("1", datetime(2026, 1, 2), "r", None, "1", len(rows), 0, checked.kept, "{}")
    with engine.begin() as connection:
        connection.execute(sa.insert(PREDICTIONS), [record._asdict()])

    (kept,) = read_records(engine)
    engine.dispose()
    sent = [
        {name: cell for name, cell in row.items() if cell is not None} for row in kept["request"]
    ]
    del rows[1]["Alley"]  # a gap and nothing mean the same
    assert sent == rows
    assert len(checked.kept) < len(orjson.dumps(rows))
    assert COMPILED.read(orjson.dumps(rows[1:])).kept is None


@pytest.mark.parametrize(
    "features",
    [
        (Feature("Area", "integer", "Area.", minimum=0, maximum=9000, required=True),),
        (Feature("Street", "category", "Street.", categories=("Pave", "Grvl"), required=True),),
        (Feature("Class", "category", "Class.", categories=(20, 30)),),
    ],
)
def test_a_schema_of_one_feature_is_compiled_and_agrees(features):
    schema = FeatureSchema(features)

    assert agreement.find_difference(CompiledRows(schema).read, row_schema(schema), schema) is None


def checked_by(schema):
    """Return the compiled check of a service whose schema somebody has edited, compared."""
    plain = SchemaCheck(10)
    plain.schema_of = lambda model: schema
    check = CompiledCheck(plain)
    check.prepare(MODEL).join()
    return check


def edited(**changes):
    """Return the schema of a row with some of its fields replaced."""
    return type("House", (type(row_schema(HOUSES)),), changes)()


def is_compiled(check):
    """Whether the compiled check spoke for a plain row."""
    return isinstance(check.check_body(orjson.dumps([GOOD]), MODEL).good, EncodedRows)


def test_with_the_schema_as_it_is_the_compiled_check_is_in_force():
    check = checked_by(row_schema(HOUSES))

    assert check.trouble() is None
    assert is_compiled(check)


@pytest.mark.parametrize(
    "changes",
    [
        {"GrLivArea": fields.Integer(required=True, validate=validate.Range(max=5000))},
        {"OverallQual": fields.Integer(required=True, validate=validate.NoneOf([7]))},
        {"Street": fields.String(validate=validate.NoneOf(["Grvl"]))},
        {"GarageArea": fields.Integer(required=True)},
        {"Alley": fields.String(load_default="Pave", allow_none=True)},
        {"LotFrontage": fields.Function(deserialize=lambda value: value and value + 1)},
        {"Id": fields.Integer()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_field_that_an_engineer_edits_puts_the_schema_in_force(changes):
    check = checked_by(edited(**changes))

    assert "The compiled check is left out" in check.trouble()
    assert not is_compiled(check)


def test_a_schema_that_crashes_is_left_to_decide_by_itself():
    def crash(_):
        raise RuntimeError("oh")

    check = checked_by(edited(GrLivArea=fields.Function(deserialize=crash)))

    assert "RuntimeError('oh')" in check.trouble()


def test_more_rows_than_allowed_are_left_to_the_schema_to_refuse():
    check = checked_by(row_schema(HOUSES))

    with pytest.raises(ValueError, match="11 rows are too many"):
        check.check_body(orjson.dumps([GOOD] * 11), MODEL)
