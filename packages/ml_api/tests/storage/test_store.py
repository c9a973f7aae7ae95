"""The plain store: what `save` returned from is in the database."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import pytest
from ml_api.storage import store
from ml_api.storage.database import (
    CONNECT_ARGS,
    PATIENCE_S,
    RecordRefused,
    StoreError,
    make_engine,
)
from ml_api.storage.records import Record
from ml_api.storage.store import Store

from kept import kept

AT = datetime(2026, 1, 2, 3, 4, 5, 600_000)
RECORD = Record("1", AT, "r-1", "alice", "1.0.0", 2, 1, '[{"a":1},null]', '{"errors":{}}')


@pytest.fixture
def path(tmp_path):
    return tmp_path / "p.db"


@pytest.fixture
def url(path):
    return f"sqlite:///{path}"


@pytest.fixture
def make_store(monkeypatch):
    """Make stores that have little patience with a locked database; all are closed at the end."""
    monkeypatch.setitem(CONNECT_ARGS, "sqlite", {"timeout": 0.01})
    made = []

    def make(url):
        made.append(Store(url))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def saved(make_store, url):
    """A store that holds one record."""
    made = make_store(url)
    made.save(RECORD)
    return made


def ids(url):
    return [record["id"] for record in kept(url)]


def locked(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return closing(connection)


def test_a_record_comes_back_as_it_went_in(saved, url):
    (back,) = kept(url)

    assert saved.state()["status"] == "ok"
    assert back["request"] == [{"a": 1}, None]
    assert back["response"] == {"errors": {}}
    assert (back["client"], back["rows"], back["refused"], back["at"]) == ("alice", 2, 1, AT)


def test_records_of_nobody_and_of_odd_text_come_back_too(make_store, url):
    odd = '["\\u0000 \U0001f3e0 \'; DROP TABLE predictions;--"]'
    make_store(url).save(RECORD._replace(client=None, request=odd))

    (back,) = kept(url)
    assert back["client"] is None
    assert back["request"] == ["\0 \U0001f3e0 '; DROP TABLE predictions;--"]


def test_records_come_in_the_order_of_time(make_store, url):
    made = make_store(url)
    for second in (3, 1, 2):
        made.save(RECORD._replace(id=str(second), at=AT.replace(second=second)))

    assert ids(url) == ["1", "2", "3"]


def test_of_new_records_all_are_saved_or_none_and_those_that_are_there_are_left(saved, url):
    saved.save_new([RECORD, RECORD._replace(id="2")])
    with pytest.raises(RecordRefused):
        saved.save_new([RECORD._replace(id="3"), RECORD._replace(id="4", at=None)])

    assert ids(url) == ["1", "2"]


def test_a_table_that_is_there_is_used_again(saved, make_store, url):
    make_store(url).save(RECORD._replace(id="2"))
    saved.save(RECORD._replace(id="3"))

    assert ids(url) == ["1", "2", "3"]


def test_many_threads_and_stores_that_begin_at_once_lose_nothing(make_store, url, monkeypatch):
    monkeypatch.setitem(CONNECT_ARGS, "sqlite", {"timeout": 30})
    stores = [make_store(url) for _ in range(3)]

    def save_some(number):
        for each in range(10):
            stores[number % 3].save(RECORD._replace(id=f"{number}-{each}"))

    threads = [threading.Thread(target=save_some, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids(url)) == 60


def test_connections_that_are_first_at_the_same_moment_are_not_told_that_it_is_locked(tmp_path):
    together = threading.Barrier(6)

    def connect(engine):
        together.wait()
        engine.connect().close()

    # one try in twenty meets the moment
    for number in range(60):
        url = f"sqlite:///{tmp_path}/{number}.db"
        with ThreadPoolExecutor(6) as pool:
            for each in [pool.submit(connect, make_engine(url)) for _ in range(6)]:
                each.result()


def test_readers_are_not_blocked_by_the_writer(saved, path, url):
    with locked(path):
        assert ids(url) == ["1"]
    assert saved.state()["status"] == "ok"


def test_a_locked_database_is_away_and_takes_the_record_when_it_is_unlocked(saved, path, url):
    second = RECORD._replace(id="2")
    with locked(path):
        with pytest.raises(StoreError, match="locked"):
            saved.save(second)
        away = saved.state()
    saved.save(second)

    assert (away["status"], "locked" in away["error"]) == ("away", True)
    assert saved.state()["status"] == "ok"
    assert ids(url) == ["1", "2"]


def test_a_store_that_nobody_writes_to_is_tried_and_nothing_is_left_of_it(saved, path, url):
    with locked(path):
        assert saved.state()["status"] == "away"

    assert ids(url) == ["1"]


def test_what_failed_is_not_tried_again_at_each_look_but_after_a_while(saved, path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(store.time, "monotonic", lambda: clock[0])
    with locked(path):
        assert saved.state()["status"] == "away"
    assert saved.state()["status"] == "away"
    clock[0] += PATIENCE_S

    assert saved.state()["status"] == "ok"


def test_an_error_does_not_repeat_what_clients_sent(make_store, tmp_path):
    made = make_store(f"sqlite:///{tmp_path}/no/such/folder/p.db")
    with pytest.raises(StoreError) as caught:
        made.save(RECORD._replace(request='["private"]'))

    assert "private" not in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_an_error_until_it_is_gone(make_store, path, url):
    path.mkdir()
    made = make_store(url)
    with pytest.raises(StoreError, match="unable to open"):
        made.save(RECORD)
    path.rmdir()
    made.save(RECORD)

    assert ids(url) == ["1"]


@pytest.mark.parametrize("url", ["nosuch://host/db", "postgresql+nosuch://host/db", "sqlite"])
def test_a_url_that_names_no_driver_is_refused_at_once(url):
    with pytest.raises(StoreError, match="ML_API_STORE"):
        Store(url)


UNSTORABLE = {
    "no text": {"request": "\ud800"},
    "a number too large": {"rows": 2**63},
    "a time that is none": {"at": 1e30},
    "no time": {"at": None},
    "an id that is there": {"id": "1"},
}


@pytest.mark.parametrize("fault", UNSTORABLE.values(), ids=UNSTORABLE)
def test_a_record_that_can_never_be_stored_is_told_from_a_database_that_is_away(saved, url, fault):
    with pytest.raises(RecordRefused):
        saved.save(RECORD._replace(**{"id": "2"} | fault))

    assert saved.state()["status"] == "ok"
    assert ids(url) == ["1"]


def remove(path):
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def replace(path):
    remove(path)
    sqlite3.connect(path).close()
    path.touch()


@pytest.mark.parametrize("vanish", [remove, replace])
def test_a_file_that_vanishes_is_noticed_begun_anew_and_told(saved, path, url, vanish, caplog):
    vanish(path)
    saved.save(RECORD._replace(id="2"))

    assert ids(url) == ["2"]
    assert "removed or replaced" in saved.state()["warning"]
    assert saved.state()["status"] == "ok"
    assert "removed or replaced" in caplog.text


def test_a_file_that_vanishes_is_noticed_by_a_look_too(saved, path):
    remove(path)

    assert "removed or replaced" in saved.state()["warning"]
    assert path.exists()


def test_a_file_that_vanishes_while_the_store_is_away_is_told_as_well(saved, path, url):
    with locked(path), pytest.raises(StoreError):
        saved.save(RECORD._replace(id="2"))
    remove(path)
    saved.save(RECORD._replace(id="3"))

    assert ids(url) == ["3"]
    assert "removed or replaced" in saved.state()["warning"]


def test_a_table_that_was_dropped_is_away_once_and_made_again(saved, path, url):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE predictions")
    with pytest.raises(StoreError, match="no such table"):
        saved.save(RECORD)
    saved.save(RECORD)

    assert ids(url) == ["1"]
