"""A change of the schema, of make_prediction, of the errors or of the store changes the answer.

Each of these modules is an exercise: what a learner writes into one is what clients get, and no
second way leads around it.
"""

import orjson
import pytest
from flask import Response
from marshmallow import INCLUDE, Schema, ValidationError, validates_schema
from ml_api.app import create_app
from ml_api.service import service_of
from ml_api.storage.database import StoreError
from ml_api.validation import row_schema as row_schema_module
from ml_api.validation import rows
from ml_api.web import problems
from regression_model import make_prediction

from abuse import BATCH, GOOD_LINE, LINES, PREDICT


class TakesAll(Schema):
    class Meta:
        unknown = INCLUDE


class RefusesAll(TakesAll):
    @validates_schema
    def refuse(self, *_, **__):
        raise ValidationError("Not today.")


def use_schema(monkeypatch, schema):
    monkeypatch.setattr(rows, "row_schema", lambda features: schema())


def test_a_schema_that_takes_all_leaves_all_to_the_model(client, service, house, monkeypatch):
    use_schema(monkeypatch, TakesAll)
    bad = house | {"GrLivArea": -1}
    answer = client.post(PREDICT, json=[house, bad]).json

    said = make_prediction([house, bad], service.models.current)
    assert answer == orjson.loads(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS))
    assert answer["errors"]["1"]


@pytest.mark.parametrize("path", [PREDICT, BATCH])
def test_a_schema_that_refuses_all_prices_nothing(client, monkeypatch, path):
    use_schema(monkeypatch, RefusesAll)
    if path == PREDICT:
        response = client.post(
            PREDICT, data=b"[" + GOOD_LINE + b"]", content_type="application/json"
        )
        assert response.status_code == 422
        assert response.json["errors"] == {"0": {"_schema": ["Not today."]}}
    else:
        answer = orjson.loads(client.post(BATCH, data=GOOD_LINE, headers=LINES).data)
        assert answer == {"prediction": None, "errors": {"_schema": ["Not today."]}}


def test_a_field_that_takes_more_has_more_taken(client, house, monkeypatch):
    def take_text(_, value, *__, **___):
        return int(value)

    monkeypatch.setattr(row_schema_module.WholeNumber, "_deserialize", take_text)

    assert client.post(PREDICT, json=[house | {"GrLivArea": "1500"}]).status_code == 200


@pytest.mark.parametrize("path", [PREDICT, BATCH])
def test_another_make_prediction_gives_other_prices(client, monkeypatch, path):
    prices = {"predictions": [123.0], "version": "mine", "errors": {}}
    monkeypatch.setattr(rows, "make_prediction", lambda *_: prices)
    if path == PREDICT:
        response = client.post(
            PREDICT, data=b"[" + GOOD_LINE + b"]", content_type="application/json"
        )
        assert response.json == prices
    else:
        assert orjson.loads(client.post(BATCH, data=GOOD_LINE, headers=LINES).data) == {
            "prediction": 123.0
        }


def test_a_make_prediction_that_raises_is_a_crash(client, house, monkeypatch, tmp_path):
    def crash(*_):
        raise RuntimeError

    monkeypatch.setattr(rows, "make_prediction", crash)

    assert client.post(PREDICT, json=[house]).status_code == 500
    assert not list(tmp_path.iterdir())  # nothing was kept


@pytest.mark.parametrize(
    ("handler", "body"),
    [
        ("handle_http_error", b"x" * 200),
        ("handle_bad_body", b"{}"),
        ("handle_store_error", b"[{}]"),
    ],
)
def test_another_error_handler_words_the_errors(make_client, tmp_path, monkeypatch, handler, body):
    monkeypatch.setattr(problems, handler, lambda error: Response("my own words", 418))
    client = make_client(max_body=100, store=f"sqlite:///{tmp_path}/no/folder/p.db")
    response = client.post(PREDICT, data=body, content_type="application/json")

    assert (response.status_code, response.text) == (418, "my own words")


def test_another_store_is_where_predictions_go(settings, house, monkeypatch):
    class Memory(list):
        save = list.append

        def __init__(self, _):
            super().__init__()

        def state(self):
            return {"status": "ok", "error": None, "refused": 0, "waiting": len(self)}

    monkeypatch.setattr("ml_api.service.Store", Memory)
    app = create_app(settings)
    response = app.test_client().post(PREDICT, json=[house])

    (record,) = service_of(app).store
    assert record.response == response.text
    assert app.test_client().get("/ready").json["store"]["waiting"] == 1


def test_a_store_that_cannot_keep_has_nothing_answered(client, service, house, monkeypatch):
    def away(_):
        raise StoreError("the database is away")

    monkeypatch.setattr(service.store, "save", away)
    response = client.post(PREDICT, json=[house])

    assert response.status_code == 503
    assert "predictions" not in response.json
