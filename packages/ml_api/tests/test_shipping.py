import io
import os
import sys
from pathlib import Path

import pytest
from ml_api import shipping
from ml_api.database import Database
from ml_api.records import Unstorable
from ml_api.shipping import Shipper, read_state, run, take_lock, waiting_bytes
from ml_api.spool import SegmentReader, SegmentWriter, pack

from test_spool import record


class Sink:
    """A database in memory that can be made to fail."""

    def __init__(self):
        self.records, self.failing, self.forgotten = [], None, 0
        self.refusing = set()

    def save(self, records):
        if self.failing:
            raise self.failing
        if self.refusing & {each.id for each in records}:
            raise Unstorable("DataError", "DataError: the value 'private' is too long")
        self.records += [each for each in records if each not in self.records]

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


def test_a_segment_that_comes_again_under_a_name_that_was_there_is_read_from_its_start(
    segment, shipper, sink, directory
):
    segment.append(record(1))
    segment.close()
    (path,) = segments(directory)
    shipper.ship()
    path.write_bytes(b"".join(pack(record(2))))
    shipper.ship()

    assert sink.records == [record(1), record(2)]


def test_what_comes_while_a_portion_is_stored_waits_for_the_next_look(segment, shipper, sink):
    save = sink.save

    def save_meanwhile(records):
        if len(sink.records) < 3:
            segment.append(record(len(sink.records) + 2))
        save(records)

    sink.save = save_meanwhile
    segment.append(record(1))
    shipper.ship()
    first = list(sink.records)
    shipper.ship()

    assert first == [record(1)]
    assert sink.records == [record(1), record(2)]


def test_a_large_segment_is_stored_portion_by_portion_and_each_is_told(
    segment, shipper, sink, directory, monkeypatch
):
    monkeypatch.setattr(shipping, "PORTION_BYTES", 150)
    told = []
    save = sink.save

    def look_and_save(records):
        told.append(read_state(directory).get("saved"))
        save(records)

    sink.save = look_and_save
    for number in range(9):
        segment.append(record(number))
    shipper.ship()

    assert [each.id for each in sink.records] == list("012345678")
    assert told[0] is None and told[1:] == sorted(set(told[1:])) and told[1] > 0
    assert read_state(directory)["saved"] == 9


def test_a_note_is_left_again_only_when_there_is_news(segment, shipper, directory):
    segment.append(record(1))
    shipper.ship()
    (directory / shipping.STATE).unlink()
    shipper.ship()
    without_news = read_state(directory)
    segment.append(record(2))
    shipper.ship()

    assert without_news == {}
    assert read_state(directory)["saved"] == 2


def test_a_note_that_found_no_room_is_left_at_the_next_look(
    segment, shipper, directory, monkeypatch
):
    segment.append(record(1))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full_disk)
        shipper.ship()
    before = read_state(directory)
    shipper.ship()

    assert before == {}
    assert read_state(directory)["saved"] == 1


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


def refused(directory):
    """Return the ids of the records that were set aside."""
    files = sorted(directory.glob("*.refused"))
    return [each.id for file in files for each in SegmentReader(file).read(10_000)[0]]


@pytest.mark.parametrize("bad", [{"0"}, {"3"}, {"9"}, {"2", "3", "7"}])
def test_records_that_are_refused_for_good_are_set_aside_and_the_others_go_on(
    directory, segment, shipper, sink, bad
):
    sink.refusing = bad
    for number in range(10):
        segment.append(record(number))
    segment.close()

    assert shipper.ship()
    assert {each.id for each in sink.records} == set("0123456789") - bad
    assert refused(directory) == sorted(bad)
    assert not segments(directory)
    state = read_state(directory)
    assert (state["saved"], state["refused"], state["error"]) == (10 - len(bad), len(bad), None)


def test_the_log_says_which_record_is_refused_and_where_it_is_and_nothing_of_what_it_holds(
    directory, segment, shipper, sink, caplog
):
    sink.refusing = {"1"}
    segment.append(record(1))
    shipper.ship()

    (line,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert (line.refused, line.why, line.first, line.request_id) == (1, "DataError", "1", "r")
    assert line.file == str(*directory.glob("*.refused"))
    assert "private" not in str(vars(line))


def test_what_was_refused_is_stored_when_it_is_renamed_and_the_database_put_right(
    directory, segment, shipper, sink
):
    sink.refusing = {"1"}
    segment.append(record(1))
    segment.append(record(2))
    shipper.ship()
    sink.refusing = set()
    (file,) = directory.glob("*.refused")
    file.rename(file.with_suffix(".segment"))
    shipper.ship()

    assert [each.id for each in sink.records] == ["2", "1"]
    assert read_state(directory)["refused"] == 0


def test_a_database_that_goes_away_meanwhile_has_each_record_refused_once(
    directory, segment, shipper, sink
):
    sink.refusing = {"1"}
    save = sink.save

    def goes_away(records):
        save(records)
        sink.failing = OSError("gone")

    sink.save = goes_away  # takes one half, and is gone for the other
    for number in range(4):
        segment.append(record(number))
    away = shipper.ship()
    sink.failing, sink.save = None, save

    assert (away, shipper.ship()) == (False, True)
    assert sorted(each.id for each in sink.records) == ["0", "2", "3"]
    assert refused(directory) == ["1"]
    assert read_state(directory)["saved"] == 3


def test_without_room_for_a_refused_record_it_stays_in_the_spool_and_other_segments_go_on(
    directory, segment, shipper, sink, monkeypatch
):
    sink.refusing = {"1"}
    segment.append(record(1))
    segment.close()
    segment.append(record(2))
    segment.close()
    with monkeypatch.context() as patched:
        patched.setattr("ml_api.aside.write_whole", full_disk)
        shipped = shipper.ship()
    state = read_state(directory)

    assert (shipped, len(segments(directory))) == (False, 1)
    assert "No space left" in state["error"]
    assert [each.id for each in sink.records] == ["2"]
    assert shipper.ship()
    assert refused(directory) == ["1"]
    assert not segments(directory)


def full_disk(*_):
    raise OSError(28, "No space left on device")


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
