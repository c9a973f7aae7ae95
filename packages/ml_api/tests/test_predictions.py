import json
import math
from dataclasses import replace

import numpy as np
import pytest
from ml_api.app import create_app
from ml_api.database import Database
from ml_api.service import service_of
from regression_model import make_prediction
from regression_model.prediction import NO_PRICE

PREDICT = "/v1/predict/regression"


def test_a_good_row_gets_the_price_that_the_model_gives(client, house, app):
    response = client.post(PREDICT, json=[house])

    model = service_of(app).models.current.model
    expected = make_prediction([house], model)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.json == {
        "predictions": expected["predictions"],
        "version": model.version,
        "errors": {},
    }


def test_a_bad_row_is_reported_and_the_good_one_still_priced(client, house):
    response = client.post(PREDICT, json=[house, {**house, "GrLivArea": "big"}])

    assert response.status_code == 200
    assert response.json["predictions"][0] > 0
    assert response.json["predictions"][1] is None
    assert response.json["errors"] == {"1": {"GrLivArea": ["Not a valid integer."]}}


def test_a_price_does_not_depend_on_the_rows_beside_it(client, house):
    bigger = {**house, "GrLivArea": 3000}
    alone = [client.post(PREDICT, json=[row]).json["predictions"][0] for row in (house, bigger)]
    together = client.post(PREDICT, json=[None, bigger, {}, house]).json["predictions"]

    assert together == [None, pytest.approx(alone[1]), None, pytest.approx(alone[0])]


def test_when_no_row_could_be_priced_the_problem_holds_all_that_an_answer_holds(client):
    response = client.post(PREDICT, json=[{"Colour": "red"}, 5])

    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert response.json["predictions"] == [None, None]
    assert response.json["errors"]["0"]["Colour"] == ["Unknown field."]
    assert response.json["errors"]["1"] == {"_schema": ["Invalid input type."]}


def test_errors_are_in_the_order_of_the_rows(client, house):
    response = client.post(PREDICT, json=[house] + [{}] * 11)

    assert list(json.loads(response.data)["errors"]) == [str(index) for index in range(1, 12)]


def test_a_price_that_is_not_finite_is_an_error_and_never_sent(app, client, house, monkeypatch):
    model = service_of(app).models.current.model
    monkeypatch.setattr(type(model), "prices", lambda *_: [math.inf, 100_000.0])

    response = client.post(PREDICT, json=[house, house, {}])

    assert response.status_code == 200
    assert response.json["predictions"] == [None, 100_000.0, None]
    assert response.json["errors"]["0"] == {"_schema": [NO_PRICE]}
    assert set(response.json["errors"]) == {"0", "2"}


def test_what_the_encoder_refuses_is_never_priced_even_if_marshmallow_takes_it(
    client, house, app, monkeypatch
):
    serving = service_of(app).models.current
    monkeypatch.setattr(serving.fast_lane, "read", lambda body: None)
    monkeypatch.setattr(
        type(serving.model),
        "encode",
        lambda self, rows: (np.zeros((1, 79)), {0: {"GrLivArea": ["Doubtful."]}}),
    )

    response = client.post(PREDICT, json=[house])

    assert response.status_code == 422
    assert response.json["errors"] == {"0": {"GrLivArea": ["Doubtful."]}}


def test_what_came_in_and_what_went_out_is_kept(app, client, house, settings):
    response = client.post(PREDICT, json=[house, {}], headers={"X-Request-ID": "mine"})
    service_of(app).stop()

    (kept,) = Database(settings.store).records()
    assert kept["request"] == [house, {}]
    assert kept["response"] == response.json
    assert (kept["request_id"], kept["rows"], kept["refused"]) == ("mine", 2, 1)
    assert kept["model_version"] == response.json["version"]


def test_what_is_no_request_for_predictions_is_not_kept(app, client):
    client.post(PREDICT, data="nonsense", content_type="application/json")

    assert service_of(app).store.state()["waiting_bytes"] == 0


def test_with_the_store_off_predictions_go_on(settings, house):
    client = create_app(replace(settings, store=None)).test_client()

    assert client.post(PREDICT, json=[house]).status_code == 200
    assert client.get("/ready").json["store"]["status"] == "off"


def test_more_rows_than_the_setting_are_too_many(settings, house):
    client = create_app(replace(settings, max_rows=2)).test_client()

    assert client.post(PREDICT, json=[house] * 2).status_code == 200
    assert client.post(PREDICT, json=[house] * 3).status_code == 413


def test_a_larger_body_than_the_setting_is_too_large(settings, house):
    client = create_app(replace(settings, max_body=150)).test_client()

    assert client.post(PREDICT, json=[house]).status_code == 200
    response = client.post(PREDICT, json=[house] * 2)
    assert response.status_code == 413
    assert "150 bytes" in response.json["detail"]
