"""Records go into a durable file first, and from there to the database."""

import json
import shutil
import sqlite3
from datetime import datetime

import orjson
import pytest
import sqlalchemy as sa
from ml_api.observability.metrics import Metrics
from ml_api.production import outbox as outbox_module
from ml_api.production.outbox import FILE_BYTES, Outbox
from ml_api.production.outbox_store import OutboxStore
from ml_api.production.relay import PORTION, Relay
from ml_api.storage.database import RecordRefused, StoreError, make_engine
from ml_api.storage.records import Record, read_records
from ml_api.storage.store import Store

from servers import wait_until

CAPACITY = 2**22


def record(number, response="{}"):
    at = datetime(2026, 11, 26, 12, 0, 0, number)
    return Record(f"id-{number}", at, f"r{number}", None, "1.0.0", 1, 0, '[{"a":1}]', response)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/predictions.db"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "outbox"


@pytest.fixture
def outbox(path):
    outbox = Outbox(path, CAPACITY)
    yield outbox
    outbox.close_file()


@pytest.fixture
def relay(path, outbox, url):
    """A relay whose rounds the test makes itself."""
    store = Store(url)
    yield Relay(outbox, store, path / "relay.lock", Metrics())
    store.close()


@pytest.fixture
def make_store(path, url):
    made = []

    def make(capacity=CAPACITY, url=url):
        made.append(OutboxStore(path, capacity, Store(url), Metrics()))
        return made[-1]

    yield make
    for store in made:
        store.close()


def kept(url):
    engine = make_engine(url)
    try:
        return [each["id"] for each in read_records(engine)]
    finally:
        engine.dispose()


def waiting(outbox):
    """Return the records of all closed files, in the order of the relay."""
    return [each for path in outbox.closed_files() for each in outbox.read(path)[0]]


def test_what_is_appended_comes_out_as_it_went_in_once_the_file_is_closed(outbox, path):
    outbox.append(record(1))
    outbox.append(record(2, '{"a": "\\u00e9\\n"}'))
    another = Outbox(path, CAPACITY)
    assert waiting(another) == []
    assert another.counts() == (2, 0)
    outbox.close_file()
    outbox.append(record(3))
    outbox.close_file()

    assert waiting(another) == [record(1), record(2, '{"a": "\\u00e9\\n"}'), record(3)]
    assert another.counts() == (3, 0)


def test_a_file_is_closed_before_it_is_more_than_memory_should_hold(outbox):
    for number in range(3):
        outbox.append(record(number, "x" * (FILE_BYTES // 2)))

    assert waiting(outbox) == [record(number, "x" * (FILE_BYTES // 2)) for number in range(2)]


def test_the_files_are_for_their_owner_only(outbox, path):
    outbox.append(record(1))
    outbox.close_file()
    outbox.append(record(2))
    outbox.remove(path / "none", [{"refused_because": "no reason"}])

    assert {each.stat().st_mode & 0o777 for each in path.iterdir()} == {0o600}


def test_what_a_killed_worker_wrote_is_for_the_relay_but_for_a_line_without_an_end(outbox, path):
    outbox.append(record(1))
    outbox.close_file()
    (left,) = outbox.closed_files()
    (path / "0.open").write_bytes(left.read_bytes() + b'{"id": "id-2", "at"')
    left.unlink()

    assert waiting(outbox) == [record(1)]
    assert outbox.counts() == (1, 0)


def test_a_line_that_is_no_record_is_set_aside_and_holds_up_no_other(outbox, relay, url, path):
    outbox.append(record(1))
    outbox.close_file()
    (path / "0.2.closed").write_bytes(b'{"id": \xff}\n{"at": "2026-11-26"}\n')
    relay.move()

    assert kept(url) == ["id-1"]
    assert outbox.counts() == (0, 2)


def test_the_relay_brings_all_records_to_the_database_and_takes_them_out(outbox, relay, url):
    for number in range(PORTION + 3):
        outbox.append(record(number))
    outbox.close_file()

    assert relay.move() == PORTION + 3
    assert kept(url) == [f"id-{number}" for number in range(PORTION + 3)]
    assert outbox.counts() == (0, 0)


def test_a_record_that_is_in_the_database_already_is_not_stored_twice(outbox, relay, url):
    for _ in range(2):  # as after a relay that was killed before it took the record out
        outbox.append(record(1))
        outbox.close_file()
        relay.move()

    assert kept(url) == ["id-1"]
    assert outbox.counts() == (0, 0)


def test_what_the_database_will_never_take_is_set_aside_with_the_reason(outbox, relay, url, path):
    with sa.create_engine(url).begin() as connection:
        text = "CREATE TABLE predictions (id TEXT PRIMARY KEY, at, request_id, client, "
        text += "model_version, rows, refused, request, response CHECK (response != 'bad'))"
        connection.execute(sa.text(text))
    for number, response in enumerate(["{}", "bad", "{}"]):
        outbox.append(record(number, response))
    outbox.close_file()
    relay.move()

    assert kept(url) == ["id-0", "id-2"]
    assert outbox.counts() == (0, 1)
    said = json.loads((path / "set_aside.jsonl").read_text())
    assert (said["id"], "CHECK constraint" in said["refused_because"]) == ("id-1", True)


def test_a_record_set_aside_is_tried_again_when_its_file_is_given_back(outbox, relay, url, path):
    refused = json.loads(orjson.dumps(record(1)._asdict())) | {"refused_because": "no reason"}
    outbox.try_out()
    outbox.remove(path / "none", [refused])
    assert outbox.counts() == (0, 1)
    (path / "set_aside.jsonl").rename(path / "again.closed")

    assert outbox.counts() == (1, 0)
    assert relay.move() == 1
    assert kept(url) == ["id-1"]


def test_a_database_that_is_away_is_told_in_the_outbox_and_nothing_is_lost(outbox, relay, url):
    blocker = sqlite3.connect(make_engine(url).url.database)
    blocker.execute("CREATE TABLE predictions (id)")  # not the table that it should be
    blocker.commit()
    outbox.append(record(1))
    outbox.close_file()
    relay.move()

    assert "OperationalError" in outbox.relay_error
    assert outbox.counts() == (1, 0)
    blocker.execute("DROP TABLE predictions")
    blocker.close()
    relay.move()
    assert outbox.relay_error is None
    assert kept(url) == ["id-1"]


def test_the_relay_runs_by_itself_and_finishes_when_it_is_closed(make_store, url):
    store = make_store()
    store.save(record(1))
    wait_until(lambda: kept_or_nothing(url) == ["id-1"], "the relay")
    store.save(record(2))
    store.close()

    assert kept(url) == ["id-1", "id-2"]


def kept_or_nothing(url):
    try:
        return kept(url)
    except sa.exc.OperationalError:
        return []  # no table yet


def test_of_two_workers_one_relay_finds_what_both_put_in(make_store, url):
    first, second = make_store(), make_store()
    first.save(record(1))
    second.save(record(2))
    first.close()
    second.close()

    assert kept(url) == ["id-1", "id-2"]


def test_a_full_outbox_refuses_says_so_and_holds_what_it_has(make_store, tmp_path):
    (tmp_path / "no").mkdir()
    store = make_store(capacity=64 * 1024, url=f"sqlite:///{tmp_path}/no")
    with pytest.raises(StoreError, match="full"):
        for number in range(1000):
            store.save(record(number, "x" * 1000))

    state = store.state()
    assert state["status"] == "away"
    assert "full" in state["error"]
    assert state["waiting"] == number


def test_the_state_says_what_waits_and_why(make_store, tmp_path):
    (tmp_path / "no").mkdir()
    store = make_store(url=f"sqlite:///{tmp_path}/no")
    store.save(record(1))

    state = wait_until(lambda: (it := store.state())["error"] and it, "the relay to try")
    assert (state["status"], state["waiting"]) == ("behind", 1)
    assert "unable to open" in state["error"]


def test_a_record_whose_file_is_closed_during_the_count_is_counted_once(outbox, path, monkeypatch):
    outbox.append(record(1))

    def counted_then_closed(file):
        lines = file.read_bytes().count(b"\n") if file.exists() else 0
        outbox.close_file()
        return lines

    monkeypatch.setattr(outbox_module, "_lines", counted_then_closed)
    assert outbox.counts() == (1, 0)
    assert list(path.glob("*.closed"))


def test_an_outbox_that_vanishes_is_begun_anew_and_said(make_store, path, tmp_path):
    (tmp_path / "no").mkdir()
    store = make_store(url=f"sqlite:///{tmp_path}/no")
    store.save(record(1))
    shutil.rmtree(path)
    store.save(record(2))

    assert store.state()["waiting"] == 1
    assert "was removed or replaced" in store.state()["warning"]


def test_an_outbox_that_cannot_be_written_is_told_at_the_start(url, tmp_path):
    with pytest.raises(StoreError, match="file/outbox"):
        OutboxStore(tmp_path / "file" / "outbox", CAPACITY, *blocked(url, tmp_path))


def blocked(url, tmp_path):
    (tmp_path / "file").write_text("where a directory should be")
    return Store(url), Metrics()


def test_a_refused_record_is_no_reason_to_try_the_whole_portion_for_ever(
    outbox, relay, monkeypatch
):
    tried = []

    def refuse(records):
        tried.append(len(records))
        raise RecordRefused("never")

    monkeypatch.setattr(relay._store, "save_new", refuse)  # pylint: disable=protected-access
    for number in range(3):
        outbox.append(record(number))
    outbox.close_file()
    relay.move()

    assert tried == [3, 1, 1, 1]
    assert outbox.counts() == (0, 3)


def test_what_was_refused_is_set_aside_once_however_often_its_file_is_begun(
    outbox, relay, monkeypatch
):
    away = [StoreError("away")]

    def save_new(records):
        if len(records) > 1 or records[0].id == "id-1":
            raise RecordRefused("never")
        if away:
            raise away.pop()

    monkeypatch.setattr(relay._store, "save_new", save_new)  # pylint: disable=protected-access
    for number in (1, 2):
        outbox.append(record(number))
    outbox.close_file()
    relay.move()
    assert outbox.counts() == (2, 0)
    relay.move()

    assert outbox.counts() == (0, 1)
