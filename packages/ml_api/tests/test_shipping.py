import io
import os
import sys

import pytest
from ml_api import shipping
from ml_api.database import Database
from ml_api.shipping import Shipper, read_state, run, take_lock, waiting_bytes
from ml_api.spool import SegmentWriter

from test_spool import record


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
def directory(tmp_path):
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


@pytest.fixture
def segment(directory):
    made = SegmentWriter(directory)
    yield made
    made.close()


@pytest.fixture
def shipper(directory, sink):
    return Shipper(directory, lambda: sink)


def segments(directory):
    return list(directory.glob("*.segment"))


def test_records_are_stored_while_the_segment_is_still_written(segment, shipper, sink, directory):
    segment.append(record(1))
    shipper.ship()
    segment.append(record(2))
    shipper.ship()

    assert sink.records == [record(1), record(2)]
    assert len(segments(directory)) == 1
    assert waiting_bytes(directory) == 0


def test_a_segment_that_is_done_with_is_stored_and_deleted(segment, shipper, sink, directory):
    segment.append(record(1))
    segment.close()
    shipper.ship()

    assert sink.records == [record(1)]
    assert not segments(directory)


def test_segments_of_several_workers_are_stored(directory, shipper, sink):
    workers = [SegmentWriter(directory) for _ in range(3)]
    for number, worker in enumerate(workers):
        worker.append(record(number))
        worker.close()
    shipper.ship()

    assert [each.id for each in sink.records] == ["0", "1", "2"]


def test_while_the_database_is_away_records_keep_and_the_state_says_why(
    segment, shipper, sink, directory
):
    sink.failing = OSError("gone fishing\nand a second line")
    segment.append(record(1))
    segment.close()

    assert not shipper.ship()
    assert read_state(directory)["error"] == "OSError: gone fishing"
    assert waiting_bytes(directory) > 0
    assert sink.forgotten == 1


def test_when_it_is_back_all_is_stored_once(segment, shipper, sink, directory):
    sink.failing = OSError("gone")
    segment.append(record(1))
    assert (shipper.ship(), shipper.ship()) == (False, False)
    segment.append(record(2))
    sink.failing = None

    assert shipper.ship()
    assert sink.records == [record(1), record(2)]
    state = read_state(directory)
    assert (state["error"], state["saved"]) == (None, 2)


def test_a_database_that_cannot_be_opened_is_tried_again(directory, segment, sink):
    attempts = [OSError("refused"), sink]

    def open_sink():
        attempt = attempts.pop(0)
        if isinstance(attempt, Exception):
            raise attempt
        return attempt

    shipper = Shipper(directory, open_sink)
    segment.append(record(1))

    assert (shipper.ship(), shipper.ship()) == (False, True)
    assert sink.records == [record(1)]


def test_a_damaged_segment_is_set_aside_and_the_others_go_on(directory, segment, shipper, sink):
    (directory / "0.segment").write_bytes(b"nonsense\n")
    segment.append(record(1))

    assert shipper.ship()
    assert sink.records == [record(1)]
    assert [path.name for path in directory.glob("*.bad")] == ["0.bad"]


def test_with_nothing_to_store_the_database_is_left_alone(directory):
    def never():
        raise AssertionError("opened")

    shipper = Shipper(directory, never)
    assert shipper.ship()
    shipper.close()


def test_only_one_process_ships_a_spool(directory):
    lock = take_lock(directory)
    second = take_lock(directory)
    os.close(lock)
    third = take_lock(directory)
    os.close(third)

    assert second is None


def test_when_its_worker_is_gone_it_stores_what_there_is_and_ends(segment, shipper, sink):
    segment.append(record(1))
    reading, writing = os.pipe()
    os.close(writing)
    run(shipper, reading)
    os.close(reading)

    assert sink.records == [record(1)]
    assert sink.forgotten == 1


def test_when_its_worker_is_gone_and_the_database_away_it_ends_all_the_same(segment, shipper, sink):
    sink.failing = OSError("gone")
    segment.append(record(1))
    reading, writing = os.pipe()
    os.close(writing)
    run(shipper, reading)
    os.close(reading)

    assert sink.records == []


class Standard:
    """Standard input of a process whose worker hung up after the first line."""

    def __init__(self, line):
        self.reading, writing = os.pipe()
        os.write(writing, line)
        os.close(writing)
        self.buffer = io.BufferedReader(io.FileIO(self.reading))

    def fileno(self):
        return self.reading


@pytest.fixture
def _quiet(monkeypatch):
    monkeypatch.setattr(shipping.logging.config, "dictConfig", lambda _: None)


@pytest.mark.usefixtures("_quiet")
def test_the_process_stores_into_the_database_it_is_told(segment, directory, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/p.db"
    segment.append(record(1)._replace(request=b"[]", response=b"{}"))
    segment.close()
    standard = Standard(url.encode() + b"\n")
    monkeypatch.setattr(sys, "stdin", standard)

    assert shipping.main(str(directory)) == 0
    standard.buffer.close()
    assert [kept["id"] for kept in Database(url).records()] == ["1"]


@pytest.mark.usefixtures("_quiet")
def test_a_second_process_ends_at_once(directory):
    lock = take_lock(directory)

    assert shipping.main(str(directory)) == 0
    os.close(lock)


@pytest.mark.parametrize("content", [None, b"", b"half a no"])
def test_a_state_that_cannot_be_read_is_none(directory, content):
    if content is not None:
        (directory / shipping.STATE).write_bytes(content)

    assert read_state(directory) == {}
