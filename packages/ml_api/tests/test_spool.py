import os

import pytest
from ml_api import spool
from ml_api.records import Ids, Record, read_rows
from ml_api.spool import SegmentError, SegmentReader, SegmentWriter, pack, unpack_all


def record(number: int, size: int = 10) -> Record:
    return Record(str(number), 0.5, "r", None, "1", 1, 0, b"[\n" + b"x" * size, b"\n{}")


@pytest.fixture
def writer(tmp_path):
    made = SegmentWriter(tmp_path / "spool")
    yield made
    made.close()


def readers(tmp_path):
    return [SegmentReader(path) for path in sorted((tmp_path / "spool").iterdir())]


def test_records_come_back_as_they_went_in(writer, tmp_path):
    records = [record(1), record(2, size=0), record(3)]
    for each in records:
        writer.append(each)

    (reader,) = readers(tmp_path)
    assert reader.read(10_000)[0] == records


def test_reading_goes_on_where_it_ended(writer, tmp_path):
    writer.append(record(1))
    (reader,) = readers(tmp_path)
    _, reader.offset = reader.read(10_000)
    writer.append(record(2))

    assert reader.read(10_000)[0] == [record(2)]


def test_a_record_larger_than_the_portion_is_read_whole(writer, tmp_path):
    writer.append(record(1, size=1000))
    writer.append(record(2))

    (reader,) = readers(tmp_path)
    assert reader.read(100)[0] == [record(1, size=1000), record(2)]


def test_a_portion_may_end_within_a_record(writer, tmp_path):
    for number in range(20):
        writer.append(record(number))
    (reader,) = readers(tmp_path)
    seen = []
    while portion := reader.read(150):
        if not portion[0]:
            break
        seen += portion[0]
        reader.offset = portion[1]

    assert seen == [record(number) for number in range(20)]


def test_remarks_between_records_are_passed_over():
    whole = b"".join(pack(record(1)))

    assert unpack_all(b"# why\n" + whole + b"# and why\n# at length\n" + whole + b"# wh") == (
        [record(1), record(1)],
        len(whole) * 2 + len(b"# why\n# and why\n# at length\n"),
    )


@pytest.mark.parametrize("cut", range(1, len(b"".join(pack(record(1))))))
def test_a_record_that_is_cut_short_anywhere_is_not_read(cut):
    whole = b"".join(pack(record(1)))

    assert unpack_all(whole + whole[:-cut]) == ([record(1)], len(whole))


@pytest.mark.parametrize(
    "data", [b"nonsense\n", b"[1,2]\n", b'["a",0,"r",null,"1",1,0,1,1]\nabcd', b"\n"]
)
def test_what_is_no_record_is_said_to_be_none(data):
    with pytest.raises(SegmentError, match="byte"):
        unpack_all(data)


def test_a_segment_is_abandoned_when_its_writer_is_done(writer, tmp_path):
    writer.append(record(1))
    (reader,) = readers(tmp_path)
    before = reader.is_abandoned()
    writer.close()

    assert (before, reader.is_abandoned()) == (False, True)


def test_a_full_segment_is_followed_by_another(writer, tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "SEGMENT_BYTES", 100)
    for number in range(3):
        writer.append(record(number, size=100))

    assert [each.read(10_000)[0] for each in readers(tmp_path)] == [
        [record(number, size=100)] for number in range(3)
    ]


@pytest.mark.parametrize("fault", ["short", "error"])
def test_a_full_disk_ends_a_segment_with_its_last_whole_record(
    writer, tmp_path, monkeypatch, fault
):
    writer.append(record(1))
    real = os.writev

    def full_disk(file, pieces):
        real(file, pieces[:1])
        if fault == "error":
            raise OSError(28, "No space left on device")
        return len(pieces[0])

    with monkeypatch.context() as patched:
        patched.setattr(os, "writev", full_disk)
        with pytest.raises(OSError, match="No space left"):
            writer.append(record(2))
    writer.append(record(3))

    given_up, reader = readers(tmp_path)
    assert given_up.is_abandoned() and given_up.read(10_000)[0] == [record(1)]
    assert reader.read(10_000)[0] == [record(3)]


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


def test_rows_kept_column_by_column_come_back_as_rows():
    assert read_rows('{"fields":["a","b"],"columns":[[1,2],["x",null]]}') == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": None},
    ]


def test_a_segment_has_its_name_only_once_it_is_locked(writer, tmp_path, monkeypatch):
    lock, seen = spool.fcntl.flock, []

    def look_then_lock(file, how):
        seen.append(sorted(path.suffix for path in (tmp_path / "spool").iterdir()))
        return lock(file, how)

    monkeypatch.setattr(spool.fcntl, "flock", look_then_lock)
    writer.append(record(1))

    assert seen == [[".new"]]
    assert [path.suffix for path in (tmp_path / "spool").iterdir()] == [spool.SUFFIX]
