import math

import orjson
import pytest
from ml_api.app import create_app
from ml_api.service import service_of
from ml_api.settings import Settings

from abuse import ABUSES, BATCH, PREDICT

TABLE = pytest.mark.parametrize("abuse", ABUSES, ids=[abuse.name for abuse in ABUSES])


@pytest.fixture(scope="module")
def client(mode, model_dir, tmp_path_factory):
    store = f"sqlite:///{tmp_path_factory.mktemp('abuse')}/predictions.db"
    app = create_app(Settings(mode=mode, model=model_dir, store=store))
    yield app.test_client()
    service_of(app).store.close()


@pytest.fixture
def server(servers, mode):
    return servers(mode)


@TABLE
def test_the_application_answers_as_the_table_says(client, abuse):
    response = client.open(abuse.path, method=abuse.method, data=abuse.body, headers=abuse.headers)

    check(abuse, response.status_code, response.headers, response.data)


@TABLE
def test_the_server_answers_as_the_table_says(server, abuse):
    status, headers, body = server.request(abuse.method, abuse.path, abuse.body, abuse.headers)

    check(abuse, status, headers, body)


def test_the_table_holds_at_least_80_requests_and_no_name_twice():
    assert len({abuse.name for abuse in ABUSES}) == len(ABUSES) >= 80


def check(abuse, status, headers, body):
    assert (status, abuse.says in body.decode()) == (abuse.status, True), body[:500]
    if status >= 400:
        assert headers["Content-Type"] == "application/problem+json"
        document = orjson.loads(body)
        assert document["status"] == status
        assert document["request_id"] == headers["X-Request-ID"]
    path, _, _ = abuse.path.partition("?")
    if path == PREDICT and status in (200, 422) and abuse.method == "POST":
        check_predictions(abuse, orjson.loads(body))
    if path == BATCH and status == 200:
        check_lines(abuse, body.splitlines())


def check_predictions(abuse, answer):
    assert len(answer["predictions"]) == len(orjson.loads(abuse.body))
    for index, price in enumerate(answer["predictions"]):
        if str(index) in answer["errors"]:
            assert price is None
        else:
            assert math.isfinite(price)


def check_lines(abuse, lines):
    assert len(lines) == sum(bool(line.strip()) for line in abuse.body.split(b"\n"))
    for line in map(orjson.loads, lines):
        price = line["prediction"]
        assert math.isfinite(price) if "errors" not in line else price is None
