from dataclasses import replace

import pytest
from ml_api import __version__
from ml_api.app import create_app
from ml_api.aside import Aside
from ml_api.database import Database
from ml_api.records import Unstorable
from ml_api.service import service_of

from test_spool import record

PREDICT = "/v1/predict/regression"


def test_health_answers_ok(client):
    response = client.get("/health")

    assert (response.status_code, response.text) == (200, "ok")


def test_the_version_names_the_model_and_the_service(client, app):
    assert client.get("/version").json == {
        "model_version": service_of(app).models.current.model.version,
        "api_version": __version__,
    }


def test_ready_says_that_all_is_well(client, app):
    assert client.get("/ready").json == {
        "status": "ready",
        "model": {"version": service_of(app).models.current.model.version, "refused": None},
        "store": {
            "status": "ok",
            "saved": 0,
            "refused": 0,
            "waiting_bytes": 0,
            "lost": 0,
            "error": None,
        },
        "keys": None,
    }


def test_ready_says_that_the_database_refused_a_record(app, client, settings, house):
    store = service_of(app).store
    client.post(PREDICT, json=[house])
    (segment,) = store.directory.glob("*.segment")
    Aside(store.directory).add(segment, [(record(1), Unstorable("DataError", "too long"))])
    service_of(app).stop()

    state = client.get("/ready").json
    assert (state["status"], state["store"]["refused"]) == ("degraded", 1)
    assert len(list(Database(settings.store).records())) == 1


def test_ready_says_that_predictions_go_on_but_are_not_kept(settings, tmp_path, house):
    app = create_app(replace(settings, store=f"sqlite:///{tmp_path}/no/folder/p.db"))
    client = app.test_client()
    client.post(PREDICT, json=[house])
    service_of(app).stop()

    response = client.get("/ready")
    assert response.status_code == 200
    assert response.json["status"] == "degraded"
    assert response.json["store"]["waiting_bytes"] > 0
    assert "unable to open" in response.json["store"]["error"]


def test_a_database_url_that_names_no_driver_is_reported_and_predictions_go_on(settings, house):
    app = create_app(replace(settings, store="nosuch://host/db"))
    client = app.test_client()
    assert client.post(PREDICT, json=[house]).status_code == 200
    service_of(app).stop()

    assert "nosuch" in client.get("/ready").json["store"]["error"]


def test_metrics_count_requests_and_rows(client, house):
    client.post(PREDICT, json=[house, {}, {}])
    client.post(PREDICT, json=[])
    client.open("/health", method="BREW")
    text = client.get("/metrics").text

    labels = f'{{method="POST",route="{PREDICT}",status="200"}}'
    assert f"ml_api_requests_total{labels} 1.0" in text
    assert 'ml_api_rows_total{outcome="priced"} 1.0' in text
    assert 'ml_api_rows_total{outcome="refused"} 2.0' in text
    assert 'method="OTHER"' in text
    assert f'ml_api_request_seconds_count{{route="{PREDICT}"}} 2.0' in text


def test_unknown_addresses_are_counted_as_one(client):
    for path in ("/a", "/b", "/c"):
        client.get(path)

    labels = '{method="GET",route="unmatched",status="404"}'
    assert f"ml_api_requests_total{labels} 3.0" in client.get("/metrics").text


def test_metrics_count_what_was_kept_and_what_was_lost(settings, house):
    app = create_app(replace(settings, store_buffer=1))
    client = app.test_client()
    store = service_of(app).store
    client.post(PREDICT, json=[house])
    store.tick()
    client.post(PREDICT, json=[house])  # the spool was found full
    service_of(app).stop()
    text = client.get("/metrics").text

    assert "ml_api_store_saved 1.0" in text or store.state()["saved"] == 1
    assert "ml_api_store_lost_total 1.0" in text


def test_metrics_that_are_off_are_not_found(settings, house):
    client = create_app(replace(settings, metrics=False)).test_client()

    assert client.post(PREDICT, json=[house]).status_code == 200
    assert client.get("/metrics").status_code == 404


def test_features_come_with_limits_codes_and_labels(client):
    features = {each["name"]: each for each in client.get("/v1/features").json["features"]}

    assert features["GrLivArea"]["required"]
    assert features["GrLivArea"]["minimum"] is not None
    assert {"code": "Pave", "label": "paved"} in features["Street"]["categories"]


@pytest.mark.parametrize("field", ["name", "kind", "description", "missing"])
def test_each_feature_has_words_for_people(client, field):
    assert all(each[field] for each in client.get("/v1/features").json["features"])
