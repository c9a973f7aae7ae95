import pytest
from ml_api import __version__

from abuse import PREDICT


def test_health_answers_ok(client):
    response = client.get("/health")

    assert (response.status_code, response.text) == (200, "ok")


def test_the_version_names_the_model_and_the_service(client, service):
    assert client.get("/version").json == {
        "model_version": service.models.current.version,
        "api_version": __version__,
    }


def test_ready_says_that_all_is_well(client, service):
    response = client.get("/ready")

    assert response.status_code == 200
    assert response.json == {
        "status": "ready",
        "model": {"version": service.models.current.version, "refused": None},
        "store": {"status": "ok", "waiting": 0, "refused": 0, "error": None, "warning": None},
        "keys": None,
        "check": None,
        "shadow": None,
    }


def test_a_database_that_is_away_is_a_503_and_ready_says_why(make_client, tmp_path, house, caplog):
    client = make_client(store=f"sqlite:///{tmp_path}/no/folder/private.db")
    priced, ready = client.post(PREDICT, json=[house]), client.get("/ready")

    assert priced.status_code == 503
    assert priced.content_type == "application/problem+json"
    assert "predictions" not in priced.json
    assert priced.headers["Retry-After"] == "5"
    assert "unable to open" in caplog.text
    assert ready.status_code == 503
    assert (ready.json["status"], ready.json["store"]["status"]) == ("unavailable", "away")
    assert "unable to open" in ready.json["store"]["error"]


def test_a_database_that_is_back_is_used_without_a_restart(make_client, tmp_path, house):
    client = make_client(store=f"sqlite:///{tmp_path}/data/predictions.db")
    away = client.post(PREDICT, json=[house])
    (tmp_path / "data").mkdir()
    back = client.post(PREDICT, json=[house])

    assert (away.status_code, back.status_code) == (503, 200)
    assert client.get("/ready").json["status"] == "ready"


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


def test_rows_that_could_not_be_kept_are_not_counted_as_priced(make_client, tmp_path, house):
    client = make_client(store=f"sqlite:///{tmp_path}/no/folder/p.db")
    client.post(PREDICT, json=[house])

    assert "ml_api_rows_total{" not in client.get("/metrics").text


def test_unknown_addresses_are_counted_as_one(client):
    for path in ("/a", "/b", "/c"):
        client.get(path)

    labels = '{method="GET",route="unmatched",status="404"}'
    assert f"ml_api_requests_total{labels} 3.0" in client.get("/metrics").text


def test_features_come_with_limits_codes_and_labels(client):
    features = {each["name"]: each for each in client.get("/v1/features").json["features"]}

    assert features["GrLivArea"]["required"]
    assert features["GrLivArea"]["minimum"] is not None
    assert {"code": "Pave", "label": "paved"} in features["Street"]["categories"]


@pytest.mark.parametrize("field", ["name", "kind", "description", "missing"])
def test_each_feature_has_words_for_people(client, field):
    assert all(each[field] for each in client.get("/v1/features").json["features"])
