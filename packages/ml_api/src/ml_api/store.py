"""Predictions on their way to the database, off the request path.

A request only appends its record to a buffer; one thread per process writes the buffer to the
database in batches. So a slow database slows no answer, and one that is away loses nothing that
fits the buffer: what waits is written when it is back, what no longer fits is counted as lost.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from ml_api.records import Record

BATCH = 200
WRITE_EVERY_S = 0.2
LONGEST_PAUSE_S = 5.0
LOG = logging.getLogger("ml_api.store")
# a record's own weight in memory beyond its two bodies
OVERHEAD = 600


class Sink(Protocol):
    """Where records go in the end; `Database` is one."""

    def save(self, records: list[Record]) -> None:
        """Save all or raise."""

    def forget_connection(self) -> None:
        """Start afresh at the next save."""


def open_database(url: str) -> Sink:
    """Import SQLAlchemy, which is not done before there is something to save, and connect."""
    from ml_api.database import Database  # pylint: disable=import-outside-toplevel

    return Database(url)


class Store:
    """The buffer and its writer.

    Parameters
    ----------
    open_sink : callable
        Opens the database; called in the writer's thread, again after each failure to open.
    capacity : int
        Bytes of records that may wait.
    on_change : callable, optional
        Told the outcome ("saved" or "lost"), how many records, and how many still wait.
    """

    def __init__(
        self,
        open_sink: Callable[[], Sink],
        capacity: int,
        on_change: Callable[[str, int, int], None] = lambda *_: None,
    ):
        self._open_sink, self._capacity, self._on_change = open_sink, capacity, on_change
        self._sink: Sink | None = None
        self._waiting: deque[Record] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.saved = self.lost = 0
        self.error: str | None = None

    def save(self, record: Record) -> None:
        """Take a record in; never waits and never raises."""
        size = _size(record)
        with self._lock:
            if fits := self._bytes + size <= self._capacity:
                self._bytes += size
                self._waiting.append(record)
            else:
                self.lost += 1
        if not fits:
            self._on_change("lost", 1, len(self._waiting))

    def state(self) -> dict[str, Any]:
        """Say how it is going, for /ready."""
        return {
            "status": "behind" if self.error else "ok",
            "saved": self.saved,
            "waiting": len(self._waiting),
            "lost": self.lost,
            "error": self.error,
        }

    def start(self) -> None:
        """Start the writer. In a worker process, not before the fork: threads do not survive it."""
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def stop(self, patience_s: float = 10.0) -> None:
        """Write what waits, as far as the database allows, and end the writer."""
        self._stopping.set()
        if self._thread:
            self._thread.join(patience_s)
        if self._sink:
            self._sink.forget_connection()
        if self._waiting:
            LOG.error("stopped before all was kept", extra={"records": len(self._waiting)})

    def _run(self) -> None:
        pause = WRITE_EVERY_S
        while not self._stopping.wait(pause):
            # a database that is away is asked less and less often
            pause = WRITE_EVERY_S if self.write() else min(pause * 2, LONGEST_PAUSE_S)
        self.write()

    def write(self) -> bool:
        """Write all that waits, batch by batch; False when the database did not take it."""
        while self._waiting:
            batch = [self._waiting[index] for index in range(min(BATCH, len(self._waiting)))]
            try:
                self._save(batch)
            except Exception as error:  # pylint: disable=broad-exception-caught
                # whatever a driver raises: the records stay, and are tried again
                self._failed(error)
                return False
            self._done(batch)
        return True

    def _save(self, batch: list[Record]) -> None:
        if self._sink is None:
            self._sink = self._open_sink()
        self._sink.save(batch)

    def _done(self, batch: list[Record]) -> None:
        with self._lock:
            for record in batch:
                self._bytes -= _size(record)
                self._waiting.popleft()
        self.saved += len(batch)
        if self.error:
            LOG.info("the database is back", extra={"waiting": len(self._waiting)})
        self.error = None
        self._on_change("saved", len(batch), len(self._waiting))

    def _failed(self, error: Exception) -> None:
        if self._sink:
            self._sink.forget_connection()
        if self.error is None:
            LOG.error("predictions are not kept: %s", _short(error))
        self.error = _short(error)
        self._on_change("saved", 0, len(self._waiting))


def _size(record: Record) -> int:
    return len(record.request) + len(record.response) + OVERHEAD


def _short(error: Exception) -> str:
    # the first line only: SQLAlchemy adds the statement and a link
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
