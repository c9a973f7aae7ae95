import json
import math
import queue
import threading

import pytest
import sqlalchemy as sa
from ml_api.service import service_of
from ml_api.shadow.differences import DIFFERENCES
from ml_api.shadow.shadow import WAITING

from abuse import PREDICT
from models import make_model
from servers import wait_until

PATIENCE_S = 20


@pytest.fixture
def dearer(tmp_path):
    """A candidate that asks two in a hundred more."""
    return make_model(tmp_path / "dearer", version="1.1.0+11111111", base=7.0 + math.log(1.02))


@pytest.fixture
def shadowed(make_client, dearer):
    """A client of a service with a shadow, and what became of its answers."""
    return _watched(make_client(shadow=dearer))


def _watched(client):
    shadow, came = service_of(client.application).shadow, queue.Queue()
    count = shadow.count

    def note(outcome):
        count(outcome)
        came.put(outcome)

    shadow.count = note

    def next_outcomes(number):
        return [came.get(timeout=PATIENCE_S) for _ in range(number)]

    return client, shadow, next_outcomes


def _ask(client, *rows, path=PREDICT):
    # buffered: the answer is closed, as a server does when it has sent all of it
    return client.post(path, json=list(rows), headers={"X-Request-ID": "7"}, buffered=True)


def _stored(settings):
    engine = sa.create_engine(settings.store)
    with engine.connect() as connection:
        found = connection.execute(sa.select(DIFFERENCES)).mappings().all()
    engine.dispose()
    return found


def test_a_difference_is_counted_and_stored(shadowed, settings, house):
    client, _, outcomes = shadowed

    answer = _ask(client, house, {}, house | {"GrLivArea": 2000})

    assert outcomes(1) == ["differed"]
    assert 'ml_api_shadow_total{outcome="differed"} 1.0' in client.get("/metrics").text
    (row,) = _stored(settings)
    assert row["model_version"] == answer.json["version"]
    assert (row["candidate_version"], row["request_id"]) == ("1.1.0+11111111", "7")
    assert (row["beyond"], row["largest"]) == (2, pytest.approx(0.02, abs=1e-5))
    about = pytest.approx(0.02, abs=1e-5)
    assert json.loads(row["differences"]) == [about, None, about]


def test_agreement_is_counted_and_not_stored(make_client, model_dir, settings, house):
    client, _, outcomes = _watched(make_client(shadow=model_dir))

    _ask(client, house)
    _ask(client, {})  # both refuse it

    assert outcomes(2) == ["agreed", "agreed"]
    with pytest.raises(sa.exc.OperationalError, match="no such table"):
        _stored(settings)


def test_a_row_that_the_candidate_does_not_price_is_a_difference(make_client, tmp_path, house):
    # a house with a frontage gets a price that cannot be written down
    odd = make_model(tmp_path / "odd", version="1.1.0+22222222", LotFrontage=100.0)
    client, _, outcomes = _watched(make_client(shadow=odd))

    answer = _ask(client, house | {"LotFrontage": 60})

    assert answer.status_code == 200 and outcomes(1) == ["differed"]


def test_the_answer_is_given_before_the_candidate_has_answered(shadowed, make_client, house):
    client, shadow, outcomes = shadowed
    answered, in_time = threading.Event(), []
    price = shadow.price

    def wait(rows):
        in_time.append(answered.wait(PATIENCE_S))
        return price(rows)

    shadow.price = wait
    without = _ask(make_client(), house)
    answer = _ask(client, house)
    answered.set()

    assert outcomes(1) == ["differed"] and in_time == [True]
    assert (answer.status, answer.data) == (without.status, without.data)
    assert answer.headers == without.headers


def test_whatever_fails_is_counted_and_the_next_is_compared(shadowed, house):
    client, shadow, outcomes = shadowed
    price, shadow.price = shadow.price, lambda rows: 1 / 0
    answers = [_ask(client, house).data]
    became = outcomes(1)
    shadow.price, keep, shadow.keep = price, shadow.keep, lambda record, found: 1 / 0
    answers.append(_ask(client, house).data)
    became += outcomes(1)
    shadow.keep = keep
    answers.append(_ask(client, house).data)

    assert became + outcomes(1) == ["failed", "failed", "differed"]
    assert len(set(answers)) == 1


def test_where_too_many_wait_a_comparison_is_dropped_and_counted(shadowed, house):
    client, shadow, outcomes = shadowed
    begun, go_on, price = threading.Event(), threading.Event(), shadow.price

    def wait(rows):
        begun.set()
        go_on.wait(PATIENCE_S)
        return price(rows)

    shadow.price = wait
    _ask(client, house)
    assert begun.wait(PATIENCE_S)
    for _ in range(WAITING + 2):
        assert _ask(client, house).status_code == 200
    assert outcomes(2) == ["dropped", "dropped"]
    go_on.set()

    assert outcomes(WAITING + 1) == ["differed"] * (WAITING + 1)


def test_one_thread_at_the_first_use(shadowed, house):
    client, _, outcomes = shadowed
    before = threading.active_count()
    for _ in range(3):
        _ask(client, house)
    outcomes(3)

    assert threading.active_count() == before + 1


def test_without_a_store_differences_are_counted(make_client, dearer, house):
    client, _, outcomes = _watched(make_client(shadow=dearer, store=None))

    _ask(client, house)

    assert outcomes(1) == ["differed"]


@pytest.mark.parametrize("spoil", ["missing", "broken"])
def test_a_candidate_that_cannot_be_loaded_stops_nothing(make_client, dearer, house, spoil):
    if spoil == "missing":
        dearer = dearer / "nowhere"
    else:
        (dearer / "model.onnx").write_bytes(b"half a model")
    client = make_client(shadow=dearer)

    ready = client.get("/ready")

    assert _ask(client, house).status_code == 200
    assert ready.status_code == 200 and ready.json["status"] == "degraded"
    assert ready.json["shadow"]["version"] is None and ready.json["shadow"]["refused"]


def test_without_the_setting_there_is_none(client, house):
    before = threading.active_count()

    _ask(client, house)

    assert service_of(client.application).shadow is None
    assert client.get("/ready").json["shadow"] is None
    assert threading.active_count() == before


def test_a_real_server_compares_in_every_mode(mode, start_server, dearer, house):
    server = start_server(ML_API_MODE=mode, ML_API_SHADOW_MODEL=dearer, ML_API_WORKERS=1)
    body = json.dumps([house] * 12).encode()
    lines = (f"{json.dumps(house)}\n" * 3).encode()
    server.request("POST", PREDICT, body, {"Content-Type": "application/json"})
    server.request("POST", f"{PREDICT}/batch", lines, {"Content-Type": "application/x-ndjson"})

    counted = b'ml_api_shadow_total{outcome="differed"} 2.0'
    wait_until(lambda: counted in server.request("GET", "/metrics")[2], "both to be compared")
    ready = json.loads(server.request("GET", "/ready")[2])
    assert ready["shadow"] == {"version": "1.1.0+11111111", "refused": None}
    engine = sa.create_engine(server.variables["ML_API_STORE"])
    with engine.connect() as connection:
        beyond = connection.scalars(sa.select(DIFFERENCES.c.beyond)).all()
    engine.dispose()
    assert sorted(beyond) == [3, 12]
