"""marshmallow and the compiled encoder: one truth, so the same decision on every row."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ml_api.schemas import explain, row_schema
from regression_model import HOUSES, encode_rows

SCHEMA = row_schema(HOUSES)
GOOD = {
    "OverallQual": 6,
    "GrLivArea": 1500,
    "YearBuilt": 1990,
    "YrSold": 2008,
    "Neighborhood": "NAmes",
}

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=70).filter(lambda text: text.isascii())
    | st.sampled_from(["", "NA", "x" * 64, "x" * 65, 0.0, -0.0, 1e30, 1e308, 2**63, 20, 20.0, True])
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


rows = (
    st.fixed_dictionaries(
        {}, optional={feature.name: plausible(feature) for feature in HOUSES}
    ).map(lambda row: row)
    | st.fixed_dictionaries(
        {name: st.just(value) for name, value in GOOD.items()},
        optional={
            feature.name: plausible(feature) for feature in HOUSES if feature.name not in GOOD
        }
        | {"Id": json_values, "SalePrice": json_values},
    )
    | st.dictionaries(st.sampled_from(HOUSES.names) | st.text(max_size=5), json_values, max_size=5)
    | json_values
)


def encoder_says(row):
    return encode_rows([row], HOUSES)[1].get(0, {})


@settings(max_examples=400, deadline=None)
@given(rows)
def test_both_refuse_the_same_rows_for_the_same_reasons(row):
    assert explain(SCHEMA, row) == encoder_says(row)


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, max_size=8))
def test_a_row_is_refused_or_not_whatever_is_beside_it(together):
    _, errors = encode_rows(together, HOUSES)

    assert errors == {
        index: wrong for index, row in enumerate(together) if (wrong := explain(SCHEMA, row))
    }


@settings(max_examples=100, deadline=None)
@given(rows)
def test_what_went_over_the_wire_is_judged_like_what_did_not(row):
    sent = orjson.loads(orjson.dumps(row))

    assert explain(SCHEMA, sent) == encoder_says(sent)


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), float("-inf"), 10**30])
@pytest.mark.parametrize("field", ["GrLivArea", "LotFrontage", "MSSubClass", "Street"])
def test_numbers_beyond_the_wire_are_judged_alike_too(field, value):
    row = GOOD | {field: value}

    assert explain(SCHEMA, row) == encoder_says(row)


@pytest.mark.parametrize("feature", HOUSES, ids=HOUSES.names)
def test_each_feature_refuses_what_it_cannot_hold(feature):
    wrong = explain(SCHEMA, GOOD | {feature.name: {}})

    kind = "string" if feature.is_category and not feature.has_integer_codes else "integer"
    kind = "number" if feature.kind == "number" else kind
    assert wrong == {feature.name: [f"Not a valid {kind}."]}
