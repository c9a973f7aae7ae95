"""The relay: brings records from the outbox to the database, in one worker at a time."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ml_api.observability.metrics import Metrics
from ml_api.production.outbox import REASON, Outbox
from ml_api.storage.database import RecordRefused, StoreError
from ml_api.storage.records import Record
from ml_api.storage.store import Store

LOG = logging.getLogger("ml_api.outbox")
TICK_S = 0.5
PORTION = 200  # records a transaction
STOP_S = 10.0


class Relay:
    """Moves records as long as its worker lives; what it leaves, another one finds.

    Parameters
    ----------
    outbox : Outbox
        Where records wait.
    store : Store
        Where they go.
    lock : Path
        File whose lock says which of the workers is at it.
    metrics : Metrics
        Shows how many records wait, and how many are set aside.
    """

    def __init__(self, outbox: Outbox, store: Store, lock: Path, metrics: Metrics):
        self._outbox, self._store, self._lock = outbox, store, lock
        self._waiting = metrics.gauge("ml_api_outbox_waiting", "Records that wait.")
        self._refused = metrics.gauge("ml_api_outbox_refused", "Records that were set aside.")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, after a last round."""
        self._stopping.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            stopping = self._stopping.wait(TICK_S)
            try:
                self._outbox.close_file()
                # the last round waits its turn: another worker may be at its last as well
                with self._turn(wait=stopping) as ours:
                    if ours:
                        self.move()
                        self._show_counts()
            except (StoreError, OSError) as error:
                # the outbox itself: requests meet the same, and are told
                LOG.error("the outbox cannot be read: %s", error)

    @contextlib.contextmanager
    def _turn(self, wait: bool) -> Iterator[bool]:
        with self._lock.open("w", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True

    def _show_counts(self) -> None:
        waiting, refused = self._outbox.counts()
        self._waiting.set(waiting)
        self._refused.set(refused)

    def move(self) -> int:
        """Bring what closed files hold to the database, and return how many records that were.

        Raises
        ------
        StoreError
            If the outbox cannot be read. A database that is away is noted in the outbox.
        """
        moved = 0
        try:
            for path in self._outbox.closed_files():
                records, refused = self._outbox.read(path)
                for start in range(0, len(records), PORTION):
                    refused += self._move_portion(records[start : start + PORTION])
                # not before all of it is settled: what broke off here begins with this file again
                self._outbox.remove(path, refused)
                moved += len(records)
        except DatabaseAway as error:
            if self._outbox.relay_error is None:
                LOG.error("the database takes nothing: %s", error)
            self._outbox.relay_error = str(error)
        else:
            self._outbox.relay_error = None
        return moved

    def _move_portion(self, records: Sequence[Record]) -> list[dict[str, Any]]:
        """Bring some records to the database, and return those that it will never take."""
        try:
            self._store.save_new(records)
        except RecordRefused as error:
            if len(records) == 1:
                LOG.error("a record was set aside", extra={"record": records[0].id})
                return [records[0]._asdict() | {REASON: str(error)}]
            # what is wrong with one record must neither hold up the others nor lose it
            return [refused for record in records for refused in self._move_portion([record])]
        except StoreError as error:
            raise DatabaseAway(str(error)) from error
        return []


class DatabaseAway(Exception):
    """The database takes nothing now."""
