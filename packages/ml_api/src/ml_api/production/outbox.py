"""The outbox: an answer is in a durable file before it is given, and in the database soon after.

Each worker appends its records, one line of JSON each, to a file of its own. Twice a second it
closes that file, and begins another with the next record. A relay brings the closed files to the
database, whatever that is, and removes them. So a slow database slows no answer, one that is away
costs no answer, and a process that is killed loses none: the lock on its file goes with it, and the
file counts as closed. What the database will never take is set aside, with the reason.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from uuid_utils import uuid7

from ml_api.storage.database import StoreError, short
from ml_api.storage.records import Record
from ml_api.storage.store import file_identity

LOG = logging.getLogger("ml_api.outbox")
REASON = "refused_because"
FILE_BYTES = 2**20  # then a file is closed at once: the relay holds one in memory


class Outbox:
    """The directory of records on their way, shared by all workers; each has its own `Outbox`.

    Files are named by the time at which they were begun: ``ID.open`` is being written, by whoever
    holds its lock; ``ID.COUNT.closed`` is the relay's.

    Parameters
    ----------
    directory : Path
        Made when it is not there.
    capacity : int
        Bytes that may wait in it.

    Raises
    ------
    StoreError
        From every method, when the directory cannot be written or is full.
    """

    def __init__(self, directory: Path, capacity: int):
        self._directory, self._capacity = directory, capacity
        self._set_aside = directory / "set_aside.jsonl"
        self._away = directory / "away.txt"
        self._lock = threading.Lock()
        self._file: int | None = None
        self._path, self._identity = Path(), None
        self._size = self._count = self._waiting = 0
        self.warning: str | None = None

    def append(self, record: Record) -> None:
        """Put a record in; it is in the file when this returns."""
        line = orjson.dumps(record._asdict(), option=orjson.OPT_APPEND_NEWLINE)
        with self._lock, self._told():
            if self._file is None or self._identity != file_identity(self._path):
                self._begin()
            if self._waiting + self._size + len(line) > self._capacity:
                raise OSError(errno.ENOSPC, "the outbox is full")
            if os.write(self._file, line) < len(line):
                # a disk that is nearly full takes a part of it
                os.ftruncate(self._file, self._size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._size, self._count = self._size + len(line), self._count + 1
            if self._size > FILE_BYTES:
                self._end()

    def close_file(self) -> None:
        """Leave to the relay what this worker has appended; and see how much waits in all."""
        with self._lock, self._told():
            if self._file is not None:
                self._end()
            self._waiting = sum(map(_bytes, self._directory.glob("*.closed")))

    def try_out(self) -> None:
        """Raise the error that the first record would meet."""
        with self._lock, self._told():
            self._begin()
            self._end()

    def _begin(self) -> None:
        if self._file is not None:
            self._vanished()
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{uuid7()}.open"
        new = path.with_suffix(".new")  # until it is locked: the relay would take it for left
        # what clients sent is nobody else's to read
        self._file = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._path, self._identity = path, file_identity(new)
        self._size = self._count = 0
        fcntl.flock(self._file, fcntl.LOCK_EX)
        new.rename(path)

    def _end(self) -> None:
        try:
            if self._count:
                self._path.rename(self._path.with_suffix(f".{self._count}.closed"))
            else:
                self._path.unlink()
        except FileNotFoundError:
            self._vanished()
            return
        os.close(self._file)
        self._file, self._waiting = None, self._waiting + self._size

    def _vanished(self) -> None:
        os.close(self._file)
        self._file = None
        self.warning = f"{self._path} was removed or replaced; a new one was begun."
        LOG.warning(self.warning)

    def closed_files(self) -> list[Path]:
        """Return the files that no worker writes any more, in the order of time."""
        with self._told():
            for path in self._directory.glob("*.open"):
                # unless it is locked, or was closed by its worker at this moment
                with suppress(BlockingIOError, FileNotFoundError), path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.rename(path.with_suffix(f".{_lines(path)}.closed"))
            return sorted(self._directory.glob("*.closed"))

    def read(self, path: Path) -> tuple[list[Record], list[dict[str, Any]]]:
        """Return the records of a closed file; and lines that are none, with the reason."""
        with self._told():
            # a line without an end was never answered for: its worker died, or the disk was full
            *lines, _ = path.read_bytes().split(b"\n")
        records, broken = [], []
        for line in lines:
            try:
                values = orjson.loads(line)
                at = datetime.fromisoformat(values["at"])
                records.append(Record(*(values[name] for name in Record._fields))._replace(at=at))
            except (ValueError, TypeError, KeyError) as error:
                broken.append({"line": line.decode(errors="replace"), REASON: short(error)})
        return records, broken

    def remove(self, path: Path, refused: Sequence[dict[str, Any]]) -> None:
        """Remove a closed file that was brought to the database, all but what was refused."""
        with self._told():
            if refused:
                with open(self._set_aside, "ab", opener=_private) as file:
                    file.writelines(
                        orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in refused
                    )
            path.unlink(missing_ok=True)

    def counts(self) -> tuple[int, int]:
        """Return how many records wait, and how many are set aside."""
        with self._told():
            # by id: a file that is closed while this looks would be seen under both of its names
            waiting = {path.stem: _lines(path) for path in self._directory.glob("*.open")}
            for path in self._directory.glob("*.closed"):
                name, _, count = path.stem.rpartition(".")
                waiting[name] = int(count) if count.isdigit() else _lines(path)
            return sum(waiting.values()), _lines(self._set_aside)

    @property
    def relay_error(self) -> str | None:
        """Why the relay cannot bring records to the database, whichever process it runs in."""
        with self._told(), suppress(FileNotFoundError):
            return self._away.read_text("utf-8")
        return None

    @relay_error.setter
    def relay_error(self, error: str | None) -> None:
        with self._told():
            if error is None:
                self._away.unlink(missing_ok=True)
            else:
                new = self._away.with_suffix(".new")  # never read half-written
                new.write_text(error, "utf-8")
                new.replace(self._away)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self._directory}: {short(error)}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lines(path: Path) -> int:
    """Return how many lines a file has; none when it has just gone."""
    with suppress(FileNotFoundError):
        return path.read_bytes().count(b"\n")
    return 0


def _bytes(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0
