"""Records that the database refuses for good, in files of their own beside the segments.

What is wrong with one record must neither hold up those behind it nor lose it. A file of refused
records is a segment with the reason on a line before each record: people can read it, and when the
database is put right, renaming it to `.segment` has all of it tried again.
"""

from __future__ import annotations

import os
from pathlib import Path

from ml_api.records import Record, Unstorable
from ml_api.spool import REMARK, pack, write_whole

SUFFIX = ".refused"
Refused = list[tuple[Record, Unstorable]]


class NotSetAside(Exception):
    """There was no room for refused records: they are still in their segment."""


class Aside:
    """The files of refused records of a spool; written by one process at a time.

    Parameters
    ----------
    directory : Path
        The spool.
    """

    def __init__(self, directory: Path):
        self._counts = {path: _count(path) for path in directory.glob(f"*{SUFFIX}")}
        self._begun: set[Path] = set()

    def add(self, segment: Path, refused: Refused) -> Path:
        """Set records of a segment aside, all or none, and return the file they are in.

        Raises
        ------
        NotSetAside
            If the disk is full or the like.
        """
        # "again", so that renaming it never replaces the segment, which may still be there
        path = segment.with_name(f"{segment.stem}-again{SUFFIX}")
        try:
            self._append(path, b"".join(_explained(*each) for each in refused))
        except OSError as error:
            raise NotSetAside(str(error)) from error
        self._counts[path] = self._counts.get(path, 0) + len(refused)
        return path

    def _append(self, path: Path, data: bytes) -> None:
        # what an earlier process wrote comes again: it never got to the end of the segment
        afresh = 0 if path in self._begun else os.O_TRUNC
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | afresh, 0o600)
        self._begun.add(path)
        try:
            end = os.fstat(file).st_size
            if end == 0:
                self._counts.pop(path, None)
            write_whole(file, [data], end)
        finally:
            os.close(file)

    def count(self) -> int:
        """Return how many records are set aside and not yet taken care of."""
        return sum(count for path, count in self._counts.items() if path.exists())


def refused_bytes(directory: Path) -> int:
    """Return how many bytes the refused records of a spool take."""
    sizes = 0
    for path in directory.glob(f"*{SUFFIX}"):
        try:
            sizes += path.stat().st_size
        except FileNotFoundError:
            pass  # an operator has just taken care of it
    return sizes


def _explained(record: Record, why: Unstorable) -> bytes:
    reason = why.reason.encode(errors="backslashreplace")
    return b"".join([REMARK, reason, b"\n", *pack(record)])


def _count(path: Path) -> int:
    # no line of a record begins so: one is its head, and JSON has no such line
    with path.open("rb") as file:
        return sum(line.startswith(REMARK) for line in file)
