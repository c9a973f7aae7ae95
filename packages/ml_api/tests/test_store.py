import threading

import pytest
from ml_api.records import Ids, Record
from ml_api.store import BATCH, OVERHEAD, Store

from servers import wait_until


def record(number: int, size: int = 0) -> Record:
    return Record(str(number), 0.0, "r", None, "1", 1, 0, b"x" * size, b"")


class Sink:
    """A database in memory that can be made to fail."""

    def __init__(self):
        self.records, self.failing, self.forgotten = [], None, 0

    def save(self, records):
        if self.failing:
            raise self.failing
        self.records += records

    def forget_connection(self):
        self.forgotten += 1


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def store(sink):
    return Store(lambda: sink, capacity=1_000_000)


def test_nothing_is_written_on_the_request_path(store, sink):
    store.save(record(1))

    assert sink.records == []
    assert store.state()["waiting"] == 1


def test_records_are_written_in_order_across_batches(store, sink):
    records = [record(number) for number in range(BATCH * 2 + 1)]
    for each in records:
        store.save(each)

    assert store.write()
    assert sink.records == records
    assert store.state() == {
        "status": "ok",
        "saved": len(records),
        "waiting": 0,
        "lost": 0,
        "error": None,
    }


def test_while_the_database_is_away_records_wait_and_the_state_says_why(store, sink):
    sink.failing = OSError("gone fishing\nand a second line")
    store.save(record(1))

    assert not store.write()
    assert store.state()["status"] == "behind"
    assert store.state()["error"] == "OSError: gone fishing"
    assert sink.forgotten == 1


def test_when_it_is_back_all_is_written_once(store, sink):
    sink.failing = OSError("gone")
    store.save(record(1))
    store.write()
    store.save(record(2))
    sink.failing = None

    assert store.write()
    assert [each.id for each in sink.records] == ["1", "2"]
    assert store.state()["error"] is None


def test_a_database_that_cannot_be_opened_is_tried_again(sink):
    attempts = [OSError("refused"), sink]

    def open_sink():
        attempt = attempts.pop(0)
        if isinstance(attempt, Exception):
            raise attempt
        return attempt

    store = Store(open_sink, capacity=10_000)
    store.save(record(1))

    assert (store.write(), store.write()) == (False, True)
    assert len(sink.records) == 1


def test_what_does_not_fit_is_counted_as_lost_and_the_rest_kept(sink):
    told = []
    store = Store(lambda: sink, 3 * OVERHEAD, on_change=lambda *change: told.append(change))
    for number in range(5):
        store.save(record(number))

    assert store.state()["lost"] == 2
    assert told == [("lost", 1, 3)] * 2
    store.write()
    assert [each.id for each in sink.records] == ["0", "1", "2"]


def test_room_is_free_again_after_writing(sink):
    store = Store(lambda: sink, 2 * OVERHEAD)
    for number in range(10):
        store.save(record(number, size=OVERHEAD))
        store.write()

    assert len(sink.records) == 10


def test_the_writer_writes_by_itself(store, sink):
    store.start()
    store.save(record(1))

    wait_until(lambda: sink.records, "the writer")
    store.stop()


def test_stopping_writes_what_waits(store, sink):
    store.start()
    for number in range(5):
        store.save(record(number))
    store.stop()

    assert len(sink.records) == 5


def test_stopping_with_the_database_away_says_what_was_not_kept(store, sink, caplog):
    sink.failing = OSError("gone")
    store.start()
    store.save(record(1))
    store.stop()

    assert "stopped before all was kept" in caplog.text


def test_stopping_a_store_that_never_started_does_nothing(store):
    store.stop()

    assert store.state()["saved"] == 0


def test_nothing_is_lost_when_many_threads_save_while_it_writes(sink):
    store = Store(lambda: sink, capacity=3000 * OVERHEAD)

    def save_many(first):
        for number in range(first, first + 500):
            store.save(record(number))

    threads = [threading.Thread(target=save_many, args=(each * 500,)) for each in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        store.write()
    store.write()

    assert sorted(int(each.id) for each in sink.records) == list(range(2000))


def test_ids_are_unique_sort_by_time_and_fit_the_table():
    ids = Ids()
    made = [ids.next() for _ in range(1000)]

    assert made == sorted(set(made))
    assert {len(each) for each in made} == {34}


def test_a_forked_process_counts_under_another_name(monkeypatch):
    ids = Ids()
    before = ids.next()
    monkeypatch.setattr("ml_api.records.os.getpid", lambda: -1)

    assert ids.next()[16:28] != before[16:28]
