"""Predictions on their way to the database, off the request path.

A request appends its record to the spool; one process moves the spool to the database (`shipping`).
So a slow database slows no answer, one that is away loses nothing that fits the spool, and a worker
that is killed loses nothing at all. What the disk does not take waits in memory.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ml_api import shipping
from ml_api.aside import refused_bytes
from ml_api.logs import short
from ml_api.records import Record
from ml_api.spool import SegmentWriter

TICK_S = 0.5
# of records that the disk did not take
HELD_BYTES = 8 * 2**20
LOG = logging.getLogger("ml_api.store")


class Store:
    """Takes records in, and sees to it that somebody stores them.

    Parameters
    ----------
    url : str
        Database URL.
    directory : Path
        Where spools are; that of this database is in it.
    capacity : int
        Bytes of records that may be on disk: those that wait, and those that were refused for good.
    on_change : callable, optional
        Told now and then how many records were lost since the last time, how many are stored, how
        many bytes wait, and how many records are refused for good.
    """

    def __init__(
        self,
        url: str,
        directory: Path,
        capacity: int,
        on_change: Callable[[int, int, int, int], None] = lambda *_: None,
    ):
        self._capacity, self._on_change = capacity, on_change
        # a spool belongs to one database: another URL must not get what was meant for this one
        self.directory = directory / hashlib.sha256(url.encode()).hexdigest()[:8]
        self.shipping = ShippingProcess(url, self.directory)
        self.segment = SegmentWriter(self.directory)
        self._held = Held(HELD_BYTES)
        self._lock = threading.Lock()
        self._ticker = Ticker(self.tick)
        self._is_full = False
        self.lost = self._told_lost = 0

    def save(self, record: Record) -> None:
        """Take a record in; never raises."""
        with self._lock:
            if self._is_full:
                self.lost += 1
            elif self._held or not self._append(record):
                self.lost += not self._held.take(record)

    def _append(self, record: Record) -> bool:
        try:
            self.segment.append(record)
        except OSError as error:
            self._held.error = short(error)
            return False
        return True

    def start(self) -> None:
        """Begin to look after the spool: in the process that serves, after any fork."""
        self._ticker.start()

    def tick(self) -> None:
        """Look after the spool: what waits in memory, who ships, how much room is left."""
        with self._lock:
            while self._held and self._append(self._held.first):
                self._held.drop_first()
        waiting = shipping.waiting_bytes(self.directory)
        self._is_full = waiting + refused_bytes(self.directory) >= self._capacity
        if waiting:
            self.shipping.ensure()
        self._report(waiting)

    def _report(self, waiting: int) -> None:
        lost = self.lost
        newly, self._told_lost = lost - self._told_lost, lost
        if newly:
            LOG.error("no room for predictions", extra={"lost": newly})
        note = shipping.read_state(self.directory)
        self._on_change(newly, note.get("saved", 0), waiting, self._refused(note))

    def _refused(self, note: dict[str, Any]) -> int:
        # an operator takes care of the files, and nobody may be shipping just then
        return note.get("refused", 0) if refused_bytes(self.directory) else 0

    def state(self) -> dict[str, Any]:
        """Say how it is going, for /ready."""
        note = shipping.read_state(self.directory)
        error = self._held.error or note.get("error")
        return {
            "status": "behind" if error else "ok",
            "saved": note.get("saved", 0),
            "refused": self._refused(note),
            "waiting_bytes": shipping.waiting_bytes(self.directory) + self._held.size,
            "lost": self.lost,
            "error": error,
        }

    def stop(self, patience_s: float = 10.0) -> None:
        """Have what waits stored, as far as the database allows; the rest keeps in the spool."""
        self._ticker.stop()
        self.tick()
        with self._lock:
            self.segment.close()
        self.shipping.finish(patience_s)
        if waiting := shipping.waiting_bytes(self.directory):
            LOG.error("stored at the next start: what is in the spool", extra={"bytes": waiting})


class Held:
    """Records in memory that the disk did not take, as many as fit.

    Parameters
    ----------
    capacity : int
        Bytes.
    """

    def __init__(self, capacity: int):
        self._capacity = capacity
        self._records: deque[Record] = deque()
        self.size = 0
        self.error: str | None = None

    def __bool__(self) -> bool:
        return bool(self._records)

    @property
    def first(self) -> Record:
        """The record that came first."""
        return self._records[0]

    def take(self, record: Record) -> bool:
        """Hold a record if it fits."""
        size = len(record.request) + len(record.response)
        if self.size + size > self._capacity:
            return False
        self._records.append(record)
        self.size += size
        return True

    def drop_first(self) -> None:
        """Let go of the first record; with the last, the trouble is over."""
        record = self._records.popleft()
        self.size -= len(record.request) + len(record.response)
        if not self._records:
            self.error = None


class Ticker:
    """Calls a function now and then, in a thread of its own.

    Parameters
    ----------
    function : callable
        Called without arguments.
    """

    def __init__(self, function: Callable[[], None]):
        self._function = function
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(TICK_S):
            self._function()


class ShippingProcess:
    """The process that ships a spool, if it is this worker that started it.

    Parameters
    ----------
    url : str
        Database URL. Handed over through a pipe: a command line can be read by everyone.
    directory : Path
        The spool.
    """

    def __init__(self, url: str, directory: Path):
        self._url, self._directory = url, directory
        self.process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Start the process unless this or another worker has one running."""
        if self.process and self.process.poll() is None:
            return
        lock = shipping.take_lock(self._directory)
        if lock is None:
            return
        os.close(lock)
        self._start()

    def _start(self) -> None:
        # pylint: disable-next=consider-using-with  # lives until finish
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ml_api.shipping", str(self._directory)],
            stdin=subprocess.PIPE,
            # a session of its own: Ctrl-C in a terminal must not end it before the workers
            start_new_session=True,
        )
        self._stdin.write(self._url.encode() + b"\n")
        self._stdin.flush()

    @property
    def _stdin(self) -> Any:
        return self.process.stdin if self.process else None

    def finish(self, patience_s: float) -> None:
        """Have everything shipped, by this worker's process or another's, and end ours."""
        give_up = time.monotonic() + patience_s
        self.hang_up(patience_s)
        while shipping.waiting_bytes(self._directory) and time.monotonic() < give_up:
            self.ensure()
            if self.process:
                # it stores what is there once; if that fails, the database is away
                self.hang_up(give_up - time.monotonic())
                return
            time.sleep(0.02)  # another worker's process is at it

    def hang_up(self, patience_s: float) -> None:
        """Tell the process that its worker is done, and wait for its end."""
        if self.process is None:
            return
        self._stdin.close()
        try:
            self.process.wait(max(0.0, patience_s))
        except subprocess.TimeoutExpired:
            LOG.error("the shipping process takes long, and goes on by itself")
        self.process = None
