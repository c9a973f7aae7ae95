import re
from dataclasses import replace

import pytest
from ml_api import problems
from ml_api.app import create_app
from ml_api.logs import RequestLog
from ml_api.service import service_of

PREDICT = "/v1/predict/regression"
KEY = "a-key-that-is-long-enough"


@pytest.fixture
def keyed(settings, tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"alice:{KEY}\n")
    return create_app(replace(settings, keys=path)).test_client()


def test_each_answer_carries_an_id_of_its_own(client):
    first, second = (client.get("/health").headers["X-Request-ID"] for _ in range(2))

    assert first != second


def test_an_id_of_the_client_is_kept(client):
    response = client.get("/health", headers={"X-Request-ID": "order-66_b.1"})

    assert response.headers["X-Request-ID"] == "order-66_b.1"


@pytest.mark.parametrize("given", ["a b", "x" * 65, 'a"b', "é"])
def test_an_id_that_could_do_harm_in_a_log_is_replaced(client, given):
    response = client.get("/health", headers={"X-Request-ID": given})

    assert re.fullmatch(r"[0-9a-f]{34}", response.headers["X-Request-ID"])


def test_the_log_has_one_line_per_request_with_what_happened(settings, house, log_lines):
    client = create_app(settings).test_client()
    client.post(PREDICT, json=[house, {}], headers={"X-Request-ID": "r1"})
    client.get("/nowhere")

    priced, missing = log_lines()
    assert (priced["request_id"], priced["status"], priced["path"]) == ("r1", 200, PREDICT)
    assert (priced["rows"], priced["refused"]) == (2, 1)
    assert priced["ms"] > 0
    assert (missing["status"], missing["method"]) == (404, "GET")


def test_with_the_log_off_nothing_is_written(settings, log_lines):
    create_app(replace(settings, request_log=False)).test_client().get("/health")

    assert log_lines() == []


def test_a_log_that_cannot_be_written_does_not_fail_the_request():
    class FullDisk:
        def write(self, _):
            raise OSError(28, "No space left on device")

    log = RequestLog(FullDisk())
    log.write({"status": 200})

    assert log.lost == 1


def test_without_a_key_the_answer_says_how_to_send_one(keyed, house):
    response = keyed.post(PREDICT, json=[house])

    assert response.status_code == 401
    assert "X-API-Key" in response.json["detail"]
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "wrong"},
        {"X-API-Key": KEY[:-1]},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": "Bearer"},
    ],
)
def test_a_wrong_key_is_refused_and_not_repeated(keyed, house, headers, log_lines):
    response = keyed.post(PREDICT, json=[house], headers=headers)

    assert response.status_code == 401
    assert "wrong" not in response.text
    assert KEY not in response.text + str(log_lines())


@pytest.mark.parametrize("headers", [{"X-API-Key": KEY}, {"Authorization": f"bearer {KEY}"}])
def test_with_a_key_the_log_names_its_owner_and_not_the_key(keyed, house, headers, log_lines):
    response = keyed.post(PREDICT, json=[house], headers=headers)

    (line,) = log_lines()
    assert response.status_code == 200
    assert line["client"] == "alice"
    assert KEY not in str(line)


def test_what_tells_nothing_of_the_customers_needs_no_key(keyed):
    for path in ("/health", "/ready", "/version", "/metrics", "/openapi.json", "/docs"):
        assert keyed.get(path).status_code == 200


def test_unknown_addresses_below_v1_need_a_key_too(keyed):
    assert keyed.get("/v1/nowhere").status_code == 401


def test_a_crash_is_logged_under_the_id_and_tells_the_client_no_more(
    app, client, house, monkeypatch, caplog
):
    model = service_of(app).models.current.model

    def crash(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(model), "prices", crash)
    response = client.post(PREDICT, json=[house])

    assert response.status_code == 500
    assert response.content_type == problems.CONTENT_TYPE
    assert "secret" not in response.text
    assert response.json["request_id"] == caplog.records[-1].request_id
    assert "secret detail" in caplog.text


def test_behind_a_trusted_proxy_the_log_names_the_client(settings, log_lines):
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Prefix": "/prices"}
    for proxies in (0, 1):
        client = create_app(replace(settings, proxies=proxies)).test_client()
        client.get("/health", headers=forwarded)

    assert [line["from"] for line in log_lines()] == ["127.0.0.1", "203.0.113.9"]


def test_a_redirect_is_passed_on_as_it_is(client):
    response = client.get("/v1//features")

    assert response.status_code == 308
    assert response.headers["Location"].endswith("/v1/features")
