"""Where a refusal of the schema and one of the model meet: each at the place of its row."""

from types import SimpleNamespace

import orjson
import pytest
from ml_api.validation import rows
from ml_api.validation.rows import CheckedRows, NotRows, SchemaCheck, TooManyRows, predict
from regression_model import HOUSES

from abuse import GOOD, GOOD_LINE

MODEL = SimpleNamespace(schema=HOUSES)


def fake_prediction(priced, errors=None):
    return lambda *_: {"predictions": priced, "version": "7", "errors": errors or {}}


def test_the_model_sees_only_what_the_schema_let_through_as_the_schema_loaded_it(monkeypatch):
    seen = []
    monkeypatch.setattr(
        rows, "make_prediction", lambda *given: seen.append(given) or {"errors": {}}
    )
    body = orjson.dumps([GOOD | {"Neighborhood": " NAmes ", "GrLivArea": 1500.0}])
    predict(SchemaCheck(10).check_body(body, MODEL), MODEL)

    assert seen == [([GOOD], MODEL)]


@pytest.mark.parametrize("refused", [set(), {0}, {2}, {0, 1, 3}, {0, 1, 2, 3}])
def test_a_price_is_in_the_place_of_its_row(monkeypatch, refused):
    monkeypatch.setattr(
        rows, "make_prediction", fake_prediction([1.0, 2.0, 3.0, 4.0][len(refused) :])
    )
    result = predict(CheckedRows(4, [], {row: {"a": ["wrong"]} for row in refused}), MODEL)

    prices = iter([1.0, 2.0, 3.0, 4.0][len(refused) :])
    assert result["predictions"] == [None if row in refused else next(prices) for row in range(4)]
    assert set(result["errors"]) == refused


def test_what_the_model_refuses_is_said_at_the_place_of_its_row(monkeypatch):
    doubt = {"b": ["The model cannot price this."]}
    monkeypatch.setattr(rows, "make_prediction", fake_prediction([1.0, None], {1: doubt}))
    result = predict(CheckedRows(4, [], {0: {"a": ["wrong"]}, 2: {"a": ["wrong"]}}), MODEL)

    assert result["predictions"] == [None, 1.0, None, None]
    assert list(result["errors"]) == [0, 2, 3]
    assert result["errors"][3] == doubt


def test_a_body_that_is_no_list_of_rows_raises():
    for body in (b"", b"{}", b"[", b"nonsense"):
        with pytest.raises(NotRows):
            SchemaCheck(2).check_body(body, MODEL)
    with pytest.raises(TooManyRows, match="at most 2"):
        SchemaCheck(2).check_body(b"[1,2,3]", MODEL)


def test_lines_that_are_broken_or_too_long_keep_their_place():
    checked = SchemaCheck(1).check_lines([GOOD_LINE, b"{", GOOD_LINE, None], MODEL)

    assert (checked.count, checked.good) == (4, [GOOD, GOOD])
    assert list(checked.errors) == [1, 3]
    assert "too long" in checked.errors[3]["_schema"][0]
