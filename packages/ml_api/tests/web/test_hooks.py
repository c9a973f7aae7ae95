from uuid import UUID

import pytest
from ml_api.validation import rows as rows_module
from ml_api.web import problems

from abuse import PREDICT

KEY = "a-key-that-is-long-enough"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"alice:{KEY}\n")
    return path


@pytest.fixture
def keyed(make_client, key_file):
    return make_client(keys=key_file)


def test_each_answer_carries_an_id_of_its_own_that_sorts_by_time(client):
    ids = [client.get("/health").headers["X-Request-ID"] for _ in range(20)]

    assert ids == sorted(set(ids))
    assert {UUID(each).version for each in ids} == {7}


def test_an_id_of_the_client_is_kept(client):
    response = client.get("/health", headers={"X-Request-ID": "order-66_b.1"})

    assert response.headers["X-Request-ID"] == "order-66_b.1"


@pytest.mark.parametrize("given", ["a b", "x" * 65, 'a"b', "é"])
def test_an_id_that_could_do_harm_in_a_log_is_replaced(client, given):
    response = client.get("/health", headers={"X-Request-ID": given})

    assert UUID(response.headers["X-Request-ID"]).version == 7


def test_the_log_has_one_line_per_request_with_what_happened(make_client, house, log_lines):
    client = make_client()
    client.post(PREDICT, json=[house, {}], headers={"X-Request-ID": "r1"})
    client.get("/nowhere")

    priced, missing = log_lines()
    assert (priced["request_id"], priced["status"], priced["path"]) == ("r1", 200, PREDICT)
    assert (priced["rows"], priced["refused"]) == (2, 1)
    assert priced["ms"] > 0
    assert (missing["status"], missing["method"]) == (404, "GET")


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
def test_a_wrong_key_is_refused_and_not_repeated(make_client, key_file, house, headers, log_lines):
    response = make_client(keys=key_file).post(PREDICT, json=[house], headers=headers)

    assert response.status_code == 401
    assert "wrong" not in response.text
    (line,) = log_lines()
    assert line["status"] == 401
    assert KEY not in response.text + str(line)


@pytest.mark.parametrize("headers", [{"X-API-Key": KEY}, {"Authorization": f"bearer {KEY}"}])
def test_with_a_key_the_log_names_its_owner_and_not_the_key(
    make_client, key_file, house, headers, log_lines
):
    response = make_client(keys=key_file).post(PREDICT, json=[house], headers=headers)

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
    client, house, monkeypatch, caplog
):
    def crash(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(rows_module, "make_prediction", crash)
    response = client.post(PREDICT, json=[house])

    assert response.status_code == 500
    assert response.content_type == problems.CONTENT_TYPE
    assert "secret" not in response.text
    assert response.json["request_id"] == caplog.records[-1].request_id
    assert "secret detail" in caplog.text


def test_behind_a_trusted_proxy_the_log_names_the_client(make_client, log_lines):
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Prefix": "/prices"}
    for proxies in (0, 1):
        make_client(proxies=proxies).get("/health", headers=forwarded)

    assert [line["from"] for line in log_lines()] == ["127.0.0.1", "203.0.113.9"]


def test_a_redirect_is_passed_on_as_it_is(client):
    response = client.get("/v1//features")

    assert response.status_code == 308
    assert response.headers["Location"].endswith("/v1/features")
