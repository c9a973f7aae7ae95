"""Version 2 says more, and version 1 what it always did."""

import json

import pytest
from ml_api.routes import predictions
from ml_api.service import service_of

from abuse import PREDICT
from kept import kept
from servers import wait_until

PREDICT_V2 = "/v2/predict/regression"


def test_version_2_is_version_1_with_labels(client, house):
    rows = [house | {"MSSubClass": 20, "KitchenQual": " Gd "}, {}, house | {"Alley": "Unheard"}]
    first, second = (client.post(path, json=rows).json for path in (PREDICT, PREDICT_V2))

    labels = second.pop("labels")
    assert second == first
    assert labels[1] is None
    assert labels[2] == {"Neighborhood": "North Ames", "Alley": None}
    assert labels[0]["KitchenQual"] == "good" and "storey" in labels[0]["MSSubClass"]


@pytest.mark.parametrize("missing", [None, "", " NA "])
def test_what_is_missing_has_no_label(client, house, missing):
    (labels,) = client.post(PREDICT_V2, json=[house | {"Alley": missing}]).json["labels"]

    assert set(labels) == {"Neighborhood"}


def test_version_1_does_not_pass_on_what_a_result_holds_one_day(client, house, monkeypatch):
    result = {"predictions": [1.0], "version": "9", "errors": {}, "interval": [[0.5, 2.0]]}
    monkeypatch.setattr(predictions, "predict", lambda *_: result)

    assert set(client.post(PREDICT, json=[house]).json) == {"predictions", "version", "errors"}


def test_when_no_row_could_be_priced_version_2_is_a_problem_too(client):
    response = client.post(PREDICT_V2, json=[{}])

    assert response.status_code == 422
    assert response.json["labels"] == [None]


def test_version_2_is_kept_and_needs_a_key(make_client, settings, house, tmp_path):
    (tmp_path / "keys").write_text("alice:a-key-that-is-long-enough")
    client = make_client(keys=tmp_path / "keys")

    assert client.post(PREDICT_V2, json=[house]).status_code == 401
    headers = {"Authorization": "Bearer a-key-that-is-long-enough"}
    answer = client.post(PREDICT_V2, json=[house], headers=headers)
    (record,) = kept(settings.store)
    assert (record["client"], record["response"]) == ("alice", json.loads(answer.data))


@pytest.mark.parametrize("path", [PREDICT_V2, "/v2/explain/regression"])
def test_the_second_version_answers_alike_in_both_modes(make_client, house, path):
    rows = [house, house | {"GrLivArea": 1600, "KitchenQual": "Ex", "Alley": "Unheard"}]
    plain, production = make_client(), make_client(mode="production")
    service = service_of(production.application)
    model = service.models.current
    wait_until(
        lambda: not isinstance(
            service.check.check_body(json.dumps(rows).encode(), model).good, list
        ),
        "the compiled check",
    )

    answers = [client.post(path, json=rows) for client in (plain, production)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
