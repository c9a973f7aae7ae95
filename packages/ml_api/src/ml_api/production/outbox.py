"""Records on disk between the worker that made them and the process that stores them.

A worker appends each record to a segment, a file of its own, before the answer goes out: one system
call, 4 us for a request of one row. What is written is the kernel's, so a worker that is killed
loses nothing. A lock on the segment tells whether its worker still lives.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from ml_api.records import Record

SUFFIX = ".segment"
# begins a line between two records that is for people
REMARK = b"# "
SEGMENT_BYTES = 8 * 2**20
# fields of a record beside its two bodies
ABOUT = len(Record._fields) - 2


class SegmentError(Exception):
    """A segment holds what is no record."""


class SegmentWriter:
    """Appends records to segments of one process; not safe between threads.

    Parameters
    ----------
    directory : Path
        Where segments are; made when it is not there.
    """

    def __init__(self, directory: Path):
        self._directory = directory
        self._file = -1
        self._size = 0

    def append(self, record: Record) -> None:
        """Append a record, wholly or not at all.

        Raises
        ------
        OSError
            If the disk is full or the like; the segment is as it was before.
        """
        if self._size >= SEGMENT_BYTES:
            self.close()
        if self._file < 0:
            self._open()
        try:
            self._size += write_whole(self._file, pack(record), self._size)
        except OSError:
            if self._size:
                # given up, so that it is deleted once it is stored: that is what makes room again
                self.close()
            raise

    def close(self) -> None:
        """Give the segment up: whoever stores it may delete it."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self._size = -1, 0

    def _open(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        # the time comes first, so that segments are stored in their order
        path = self._directory / f"{time.time_ns():020d}-{os.getpid()}{SUFFIX}"
        unlocked = path.with_suffix(".new")
        file = os.open(unlocked, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            # a segment that nobody holds counts as given up: it gets its name when it is locked
            unlocked.rename(path)
        except OSError:
            os.close(file)
            unlocked.unlink(missing_ok=True)
            raise
        self._file = file


class SegmentReader:
    """Reads a segment, also while it is being written.

    Parameters
    ----------
    path : Path
        The segment.
    """

    def __init__(self, path: Path):
        self.path = path
        self.offset = 0

    def read(self, most_bytes: int) -> tuple[list[Record], int]:
        """Read the records after `offset`, about `most_bytes` of them.

        Returns
        -------
        records : list of Record
            Complete ones only: the last may be just being written.
        end : int
            The offset behind them, to be set once they are stored.

        Raises
        ------
        SegmentError
            If what is there is no record.
        """
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(most_bytes)
            records, used = unpack_all(data)
            if not records and len(data) == most_bytes:
                # one record larger than the portion
                records, used = unpack_all(data + file.read())
        return records, self.offset + used

    def is_abandoned(self) -> bool:
        """Whether the worker that wrote it is done with it, or gone."""
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True


def write_whole(file: int, pieces: list[bytes], end: int) -> int:
    """Write at the end of a file, all or nothing, and return how many bytes that were.

    Raises
    ------
    OSError
        If the disk is full or the like; the file ends at `end`, as it did before.
    """
    whole = sum(map(len, pieces))
    try:
        if os.writev(file, pieces) != whole:
            raise OSError(28, "No space left on device")
    except OSError:
        os.ftruncate(file, end)
        raise
    return whole


def pack(record: Record) -> list[bytes]:
    """Turn a record into bytes: a line of JSON with the lengths of the two bodies, then both."""
    *about, request, response = record
    head = orjson.dumps([*about, len(request), len(response)])
    return [head, b"\n", request, response, b"\n"]


def unpack_all(data: bytes) -> tuple[list[Record], int]:
    """Read all complete records, and tell how many bytes they take."""
    records, used = [], 0
    for record, used in _unpack(data):
        records.append(record)
    return records, used


def _unpack(data: bytes) -> Iterator[tuple[Record, int]]:
    start = 0
    while (line_end := data.find(b"\n", start)) >= 0:
        if data.startswith(REMARK, start):
            start = line_end + 1
            continue
        try:
            *about, request, response = orjson.loads(data[start:line_end])
            if len(about) != ABOUT:
                raise ValueError(f"{len(about)} fields")
            middle = line_end + 1 + request
            end = middle + response
            if len(data) <= end:
                return
            record = Record(*about, data[line_end + 1 : middle], data[middle:end])
        except (ValueError, TypeError) as error:
            raise SegmentError(f"no record at byte {start}") from error
        if data[end : end + 1] != b"\n":
            raise SegmentError(f"no end of a record at byte {end}")
        start = end + 1
        yield record, start
