"""The outbox: an answer is in a durable file before it is given, and in the database soon after.

A request appends its record to a SQLite file that all workers share; a relay brings the records to
the database, whatever that is, and takes them out. So a slow database slows no answer, one that is
away costs no answer, and a process that is killed loses none. What the database will never take is
set aside in the same file, with the reason.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ml_api.storage.database import PATIENCE_S, StoreError, short
from ml_api.storage.records import Record
from ml_api.storage.store import file_identity

LOG = logging.getLogger("ml_api.outbox")
PAGE_BYTES = 4096

TABLES = f"""
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY, {", ".join(Record._fields)}, refused_because);
CREATE INDEX IF NOT EXISTS refused ON outbox (number) WHERE refused_because IS NOT NULL;
CREATE TABLE IF NOT EXISTS relay (error);
INSERT INTO relay SELECT NULL WHERE NOT EXISTS (SELECT * FROM relay);
"""
APPEND = f"INSERT INTO outbox ({', '.join(Record._fields)}) VALUES (?{', ?' * 8})"
FIRST = f"""
SELECT number, {', '.join(Record._fields)} FROM outbox
WHERE refused_because IS NULL ORDER BY number LIMIT ?
"""
COUNTS = "SELECT (SELECT count(*) FROM outbox), count(*) FROM outbox WHERE refused_because NOT NULL"


class Outbox:
    """The file of records on their way; several threads and processes may use it at once.

    Parameters
    ----------
    path : Path
        The SQLite file; made when it is not there.
    capacity : int
        Bytes that it may grow to.

    Raises
    ------
    StoreError
        From every method, when the file cannot be written or is full.
    """

    def __init__(self, path: Path, capacity: int):
        self._path, self._capacity = path, capacity
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self.warning: str | None = None

    def append(self, record: Record) -> None:
        """Put a record in; it is in the file when this returns."""
        self._execute(APPEND, (*record[:1], record.at.isoformat(), *record[2:]))

    def first(self, most: int) -> list[tuple[int, Record]]:
        """Return the records that came first and are not set aside, with their numbers."""
        return [
            (number, Record(id_, datetime.fromisoformat(at), *rest))
            for number, id_, at, *rest in self._execute(FIRST, (most,))
        ]

    def remove(self, numbers: Sequence[int]) -> None:
        """Take records out that are in the database."""
        marks = ", ".join("?" * len(numbers))
        self._execute(f"DELETE FROM outbox WHERE number IN ({marks})", numbers)

    def set_aside(self, number: int, reason: str) -> None:
        """Mark a record as one that the database will never take."""
        self._execute("UPDATE outbox SET refused_because = ? WHERE number = ?", (reason, number))

    def counts(self) -> tuple[int, int]:
        """Return how many records wait, and how many are set aside."""
        ((everything, refused),) = self._execute(COUNTS)
        return everything - refused, refused

    @property
    def relay_error(self) -> str | None:
        """Why the relay cannot bring records to the database, whichever process it runs in."""
        ((error,),) = self._execute("SELECT error FROM relay")
        return error

    @relay_error.setter
    def relay_error(self, error: str | None) -> None:
        self._execute("UPDATE relay SET error = ? WHERE error IS NOT ?", (error, error))

    def checkpoint(self) -> None:
        """Move what was written from the write-ahead file into the file itself."""
        self._execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            with self._lock:
                return self._opened().execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: {short(error)}") from error

    def _opened(self) -> sqlite3.Connection:
        """Return the connection; a file that was removed or replaced is noticed."""
        if self._connection and self._identity == file_identity(self._path):
            return self._connection
        if self._connection:
            self.warning = f"{self._path} was removed or replaced; a new one was begun."
            LOG.warning(self.warning)
            self._connection.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # what clients sent is nobody else's to read
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = connection = sqlite3.connect(
            self._path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode=WAL")
        # a process that dies loses nothing; a machine that dies may lose its last moments
        connection.execute("PRAGMA synchronous=NORMAL")
        # copying into the file waits for the disk: the relay does that, and no request
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(f"PRAGMA max_page_count={self._capacity // PAGE_BYTES}")
        connection.executescript(TABLES)
        self._identity = file_identity(self._path)
        return connection
