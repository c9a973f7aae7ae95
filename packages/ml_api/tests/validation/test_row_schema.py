"""What the marshmallow schema of a row takes and refuses, built from the features of a model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ml_api.validation.row_schema import row_schema
from ml_api.validation.rows import load_rows
from regression_model import HOUSES, load_model, make_prediction

from abuse import GOOD

SCHEMA = row_schema(HOUSES)

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=70)
    | st.sampled_from(["", "NA", " NA ", "x" * 64, "x" * 65, -0.0, 1e30, 1e308, 2**63, 20, 20.0])
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


def plausible(feature):
    """Generate values of one feature: mostly right, on the limits and just beyond."""
    if feature.is_category:
        return st.sampled_from(feature.categories) | json_values
    limits = [limit for limit in (feature.minimum, feature.maximum) if limit is not None]
    near = [limit + step for limit in limits for step in (-1, -0.5, 0, 0.5, 1, 0.0)]
    return st.sampled_from(near or [0]) | st.integers(0, 3000) | json_values


near_rows = st.fixed_dictionaries(
    {name: st.just(value) for name, value in GOOD.items()},
    optional={each.name: plausible(each) for each in HOUSES if each.name not in GOOD}
    | {"Id": json_values, "SalePrice": json_values},
)
rows = (
    near_rows
    | st.fixed_dictionaries({}, optional={each.name: plausible(each) for each in HOUSES})
    | st.dictionaries(st.sampled_from(HOUSES.names) | st.text(max_size=5), json_values, max_size=5)
    | json_values
)


def refusals(row):
    """Return what the schema says of one row, by field."""
    return load_rows(SCHEMA, [row]).errors.get(0, {})


@pytest.fixture(scope="module")
def model(model_dir):
    return load_model(model_dir)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(rows)
def test_the_schema_and_the_model_refuse_the_same_rows(model, row):
    refused = bool(refusals(row))
    priced = isinstance(row, dict) and not make_prediction([row], model)["errors"]

    assert refused != priced


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(near_rows)
def test_what_the_schema_lets_through_costs_what_it_cost_as_it_came(model, row):
    loaded = load_rows(SCHEMA, [row]).good
    if loaded:
        assert make_prediction(loaded, model) == make_prediction([row], model)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.lists(rows, max_size=8))
def test_a_row_is_refused_or_not_whatever_is_beside_it(together):
    checked = load_rows(SCHEMA, together)

    assert checked.count == len(together)
    assert checked.errors == {
        index: wrong for index, row in enumerate(together) if (wrong := refusals(row))
    }


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), float("nan")])
@pytest.mark.parametrize("field", ["GrLivArea", "LotFrontage", "Street"])
def test_numbers_beyond_the_wire_are_refused_too(field, value):
    assert refusals(GOOD | {field: value})[field]


@pytest.mark.parametrize("feature", HOUSES, ids=HOUSES.names)
def test_each_feature_refuses_what_it_cannot_hold(feature):
    kind = "string" if feature.is_category and not feature.has_integer_codes else "integer"
    kind = "number" if feature.kind == "number" else kind

    assert refusals(GOOD | {feature.name: {}}) == {feature.name: [f"Not a valid {kind}."]}


@pytest.mark.parametrize("feature", HOUSES, ids=HOUSES.names)
@pytest.mark.parametrize("gap", ["", " \t", "NA", " NA", None])
def test_a_gap_is_refused_where_a_value_is_required_and_nowhere_else(feature, gap):
    said = {feature.name: ["Field may not be null."]} if feature.required else {}

    assert refusals(GOOD | {feature.name: gap}) == said


@pytest.mark.parametrize("feature", [each for each in HOUSES if not each.is_category])
def test_limits_are_those_of_the_feature_both_ends_included(feature):
    for limit, step in ((feature.minimum, -1), (feature.maximum, 1)):
        if limit is not None:
            assert not refusals(GOOD | {feature.name: limit})
            assert "Must be" in refusals(GOOD | {feature.name: limit + step})[feature.name][0]
