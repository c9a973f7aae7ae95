import os

import pytest
from ml_api.aside import Aside, NotSetAside, refused_bytes
from ml_api.records import Unstorable
from ml_api.spool import SegmentReader

from test_spool import record

WHY = Unstorable("DataError", "DataError: too long, by far")


@pytest.fixture
def segment(tmp_path):
    return tmp_path / "1-42.segment"


@pytest.fixture
def aside(tmp_path):
    return Aside(tmp_path)


def full_disk(*_):
    raise OSError(28, "No space left on device")


def test_what_is_set_aside_can_be_read_with_its_reason(aside, segment):
    path = aside.add(segment, [(record(1), WHY)])

    lines = path.read_bytes().split(b"\n")
    assert lines[0] == b"# DataError: too long, by far"
    assert lines[1].startswith(b'["1",')
    assert path.stat().st_mode & 0o077 == 0  # customers' data: for nobody else to read


def test_what_is_set_aside_is_a_segment_again_when_renamed(aside, segment):
    segment.write_bytes(b"still there")
    path = aside.add(segment, [(record(1), WHY), (record(2), WHY)])
    renamed = path.rename(path.with_suffix(".segment"))

    assert SegmentReader(renamed).read(10_000)[0] == [record(1), record(2)]
    assert segment.read_bytes() == b"still there"


def test_a_reason_that_no_file_can_hold_is_written_all_the_same(aside, segment):
    path = aside.add(segment, [(record(1), Unstorable("E", "half a pair: \ud800"))])

    assert path.read_bytes().startswith(b"# half a pair: \\ud800\n")


def test_records_are_counted_until_somebody_takes_care_of_them(aside, segment, tmp_path):
    path = aside.add(segment, [(record(1), WHY), (record(2), WHY)])
    aside.add(tmp_path / "2-42.segment", [(record(3), WHY)])
    before = aside.count(), refused_bytes(tmp_path)
    path.unlink()
    after = aside.count(), refused_bytes(tmp_path)
    aside.add(segment, [(record(4), WHY)])

    assert (before[0], after[0], aside.count()) == (3, 1, 2)
    assert before[1] > after[1] > 0


def test_another_process_counts_what_is_there(aside, segment, tmp_path):
    aside.add(segment, [(record(1), WHY)])
    aside.add(segment, [(record(2), WHY)])

    assert Aside(tmp_path).count() == 2


def test_another_process_that_ships_the_segment_again_has_each_record_once(
    aside, segment, tmp_path
):
    aside.add(segment, [(record(1), WHY)])
    another = Aside(tmp_path)
    path = another.add(segment, [(record(1), WHY)])
    another.add(segment, [(record(2), WHY)])

    assert SegmentReader(path).read(10_000)[0] == [record(1), record(2)]
    assert another.count() == 2


@pytest.mark.parametrize("fault", ["open", "writev"])
def test_a_full_disk_is_said_and_leaves_what_was_there(aside, segment, monkeypatch, fault):
    path = aside.add(segment, [(record(1), WHY)])
    before = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, fault, full_disk)
        with pytest.raises(NotSetAside, match="No space left"):
            aside.add(segment, [(record(2), WHY)])

    assert path.read_bytes() == before
    assert aside.count() == 1
