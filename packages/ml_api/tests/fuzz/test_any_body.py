"""In every mode, whatever is posted gets a price for each row or a problem document."""

from __future__ import annotations

import json
import math

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ml_api.app import create_app
from ml_api.settings import Settings
from regression_model import HOUSES

from abuse import GOOD, JSON, PREDICT

pytestmark = pytest.mark.slow
THOROUGH = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

numbers = st.integers() | st.floats()  # also those that JSON cannot write
texts = st.text(max_size=70) | st.sampled_from(["", "NA", "NaN", "1e3", "\ud800", "\x00"])
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
names = st.sampled_from([*HOUSES.names, "Id", "SalePrice", "Colour", ""])
near_rows = st.dictionaries(names, anything, max_size=6).map(lambda changes: GOOD | changes)
types = st.sampled_from(
    ["application/json", "APPLICATION/JSON;charset=utf8", "text/plain", "", "application/json; x"]
)


def as_text(value) -> bytes:
    """Write a value as Python does, which knows NaN, infinities, huge integers and surrogates."""
    return json.dumps(value).encode()


@pytest.fixture(scope="module")
def client(model_dir, mode):
    # a small limit, so that too many rows are met as well
    return create_app(Settings(mode=mode, model=model_dir, store=None, max_rows=6)).test_client()


def check(response, body: bytes) -> None:
    """Check that the answer is one that a client can live with."""
    assert response.status_code in (200, 400, 413, 415, 422), response.data
    if response.status_code != 200:
        assert response.content_type == "application/problem+json"
        assert response.json["status"] == response.status_code
        assert response.json["detail"]
    if response.status_code in (200, 422):
        check_rows(orjson.loads(response.data), len(orjson.loads(body)))


def check_rows(answer: dict, rows: int) -> None:
    """Check that each row has a finite price or its errors, and not both."""
    assert len(answer["predictions"]) == rows
    refused = {int(index) for index in answer["errors"]}
    for index, price in enumerate(answer["predictions"]):
        assert (price is None) == (index in refused)
        assert price is None or math.isfinite(price)


@THOROUGH
@given(body=anything.map(as_text))
def test_any_json(client, body):
    check(client.post(PREDICT, data=body, headers=JSON), body)


@THOROUGH
@given(body=st.lists(near_rows | anything, max_size=8).map(as_text))
def test_any_rows_beside_each_other(client, body):
    check(client.post(PREDICT, data=body, headers=JSON), body)


@THOROUGH
@given(body=st.binary(max_size=200), kind=types)
def test_any_bytes_said_to_be_anything(client, body, kind):
    check(client.post(PREDICT, data=body, headers={"Content-Type": kind}), body)


@THOROUGH
@given(cut=st.integers(0, 200), change=st.binary(max_size=3), at=st.integers(0, 110))
def test_a_good_body_that_was_damaged_on_the_way(client, cut, change, at):
    good = orjson.dumps([GOOD])
    body = (good[:at] + change + good[at + len(change) :])[:cut]
    check(client.post(PREDICT, data=body, headers=JSON), body)
