import threading

import pytest
from ml_api import store as store_module
from ml_api.aside import Aside
from ml_api.database import Database
from ml_api.records import Unstorable
from ml_api.shipping import Shipper, take_lock, waiting_bytes
from ml_api.store import ShippingProcess, Store

from servers import wait_until
from test_spool import record


def full_record(number):
    return record(number)._replace(request=b"[]", response=b"{}")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/p.db"


@pytest.fixture
def store(url, tmp_path):
    made = Store(url, tmp_path / "spools", capacity=1_000_000)
    yield made
    made.stop()


def stored(url):
    return {kept["id"] for kept in Database(url).records()}


def broken_disk(_):
    raise OSError(28, "No space left on device")


def test_a_record_is_on_disk_when_save_returns(store):
    store.save(record(1))

    assert store.state()["waiting_bytes"] > 0


def test_stopping_stores_what_waits(store, url):
    for number in range(5):
        store.save(full_record(number))
    store.stop()

    assert stored(url) == {"0", "1", "2", "3", "4"}
    assert store.state() == {
        "status": "ok",
        "saved": 5,
        "refused": 0,
        "waiting_bytes": 0,
        "lost": 0,
        "error": None,
    }


def test_a_running_store_stores_by_itself(store, url, monkeypatch):
    monkeypatch.setattr(store_module, "TICK_S", 0.01)
    store.start()
    store.save(full_record(1))

    wait_until(lambda: store.state()["saved"] == 1, "the record to be stored")
    assert stored(url) == {"1"}


def test_what_an_earlier_process_left_is_stored(store, url, tmp_path):
    earlier = Store(url, tmp_path / "spools", capacity=1_000_000)
    earlier.save(full_record(1))
    earlier.segment.close()  # as the end of its process would
    store.stop()

    assert stored(url) == {"1"}


def test_two_workers_share_one_shipping_process(store, url, tmp_path):
    other = Store(url, tmp_path / "spools", capacity=1_000_000)
    store.save(full_record(0))
    store.tick()
    wait_until(lambda: store.state()["saved"], "the first to ship")
    for number, each in enumerate((other, store, other), 1):
        each.save(full_record(number))
        each.tick()
    started = [each.shipping.process for each in (store, other)]
    other.stop()
    store.stop()

    assert started.count(None) == 1
    assert stored(url) == {"0", "1", "2", "3"}


def test_stopping_with_the_database_away_leaves_the_spool_and_says_so(tmp_path, caplog):
    store = Store(f"sqlite:///{tmp_path}/no/folder/p.db", tmp_path, capacity=1_000_000)
    store.save(full_record(1))
    store.stop()

    assert "stored at the next start" in caplog.text
    assert store.state()["status"] == "behind"
    assert "unable to open" in store.state()["error"]
    assert waiting_bytes(store.directory) > 0


def test_stopping_waits_for_another_worker_no_longer_than_it_has_patience(store):
    store.save(full_record(1))
    lock = take_lock(store.directory)
    store.stop(patience_s=0.05)
    waited = waiting_bytes(store.directory)
    store_module.os.close(lock)

    assert waited > 0


def test_a_shipping_process_that_takes_long_is_left_to_itself(tmp_path, caplog):
    (tmp_path / "spool").mkdir()
    shipping = ShippingProcess("sqlite://", tmp_path / "spool")
    shipping.ensure()
    process = shipping.process
    shipping.hang_up(0)
    process.wait(30)

    assert "takes long" in caplog.text


def test_two_databases_have_two_spools(tmp_path):
    first, second = (Store(url, tmp_path, 1000) for url in ("sqlite:///a", "sqlite:///b"))

    assert first.directory != second.directory


def test_what_finds_no_room_is_counted_as_lost_and_told(url, tmp_path, caplog):
    told = []
    store = Store(url, tmp_path, capacity=1, on_change=lambda *change: told.append(change))
    store.shipping.ensure = lambda: None
    store.save(record(1))
    store.tick()
    store.save(record(2))
    store.save(record(3))
    store.tick()
    store.segment.close()

    assert store.state()["lost"] == 2
    assert [lost for lost, *_ in told] == [0, 2]
    assert "no room" in caplog.text


def refuse(store, number):
    """Leave a record that is refused for good, as the shipping process does."""
    why = Unstorable("DataError", "too long")
    path = Aside(store.directory).add(store.directory / "1-1.segment", [(record(number), why)])
    Shipper(store.directory, lambda: None).ship()
    return path


def test_refused_records_are_told_until_somebody_takes_care_of_them(url, tmp_path):
    told = []
    store = Store(url, tmp_path, 1_000_000, on_change=lambda *change: told.append(change))
    store.directory.mkdir()
    file = refuse(store, 1)
    before = store.state()
    store.tick()
    file.unlink()
    store.tick()

    assert (before["refused"], before["status"], before["waiting_bytes"]) == (1, "ok", 0)
    assert store.state()["refused"] == 0
    assert [refused for *_, refused in told] == [1, 0]


def test_refused_records_take_room_like_those_that_wait(url, tmp_path):
    store = Store(url, tmp_path, capacity=50)
    store.directory.mkdir()
    refuse(store, 1)
    store.tick()
    store.save(record(2))

    assert store.state()["lost"] == 1


def test_what_the_disk_does_not_take_waits_in_memory_and_is_stored_later(store, url, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(store.segment, "append", broken_disk)
        store.save(full_record(1))
        store.save(full_record(2))
        store.tick()
        away = store.state()
    store.tick()
    back = store.state()
    store.stop()

    assert away["status"] == "behind"
    assert "No space left" in away["error"]
    assert back["error"] is None
    assert stored(url) == {"1", "2"}


def test_memory_for_what_the_disk_does_not_take_is_bounded(url, tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "HELD_BYTES", 2500)
    store = Store(url, tmp_path, 1_000_000)
    monkeypatch.setattr(store.segment, "append", broken_disk)
    for number in range(5):
        store.save(record(number, size=1000))

    assert store.state()["lost"] == 3


def test_nothing_is_lost_when_many_threads_save(store, url):
    def save_many(first):
        for number in range(first, first + 250):
            store.save(full_record(number))

    threads = [threading.Thread(target=save_many, args=(each * 250,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.stop()

    assert len(stored(url)) == 1000
