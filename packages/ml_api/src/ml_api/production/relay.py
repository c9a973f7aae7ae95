"""The process that moves records from the spool to the database: `python -m ml_api.shipping`.

One such process serves all workers. SQLAlchemy lives here and nowhere else: it would take 20 MB and
150 ms in every worker, and its work would hold up their requests (one interpreter lock). Its life
hangs on the worker that started it: when that ends, it stores what there is and ends as well.
"""

from __future__ import annotations

import fcntl
import logging
import logging.config
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import orjson

from ml_api.aside import Aside, NotSetAside, Refused
from ml_api.logs import logging_config, short
from ml_api.records import Record, Unstorable
from ml_api.spool import SUFFIX, SegmentError, SegmentReader

LOCK = "shipping.lock"
STATE = "state.json"
PORTION_BYTES = 2 * 2**20
LOOK_EVERY_S = 0.25
LONGEST_PAUSE_S = 5.0
LOG = logging.getLogger("ml_api.shipping")


class Sink(Protocol):
    """Where records go in the end; `Database` is one."""

    def save(self, records: list[Record]) -> None:
        """Save all or none; records that are there already are left alone.

        Raises
        ------
        Unstorable
            If one of them can never be saved. Any other exception means: try again.
        """

    def forget_connection(self) -> None:
        """Start afresh at the next save."""


class Shipper:
    """Moves records from a spool to a sink.

    Parameters
    ----------
    directory : Path
        The spool.
    open_sink : callable
        Opens the sink; called when there is something to save, and again when it failed.
    """

    def __init__(self, directory: Path, open_sink: Callable[[], Sink]):
        self._directory, self._open_sink = directory, open_sink
        self._sink: Sink | None = None
        self._readers: dict[Path, SegmentReader] = {}
        self._aside = Aside(directory)
        self._told: dict[str, Any] = {}
        self.saved = 0
        self.error: str | None = None

    def ship(self) -> bool:
        """Store all that is there, and delete the segments that are done with.

        Returns
        -------
        bool
            False when the sink did not take it: what it did not take is still in the spool.
        """
        paths = sorted(self._directory.glob(f"*{SUFFIX}"))
        self._readers = {path: self._readers.get(path, SegmentReader(path)) for path in paths}
        error = self._ship_segments()
        if error:
            self._failed(error)
            return False
        self._worked()
        return True

    def _ship_segments(self) -> Exception | None:
        no_room = None
        for reader in list(self._readers.values()):
            try:
                self._ship_segment(reader)
            except NotSetAside as error:
                no_room = error  # the other segments can go all the same, and that makes room
            except Exception as error:  # pylint: disable=broad-exception-caught
                # whatever a driver raises: the records stay in the spool, and are tried again
                return error
        return no_room

    def _ship_segment(self, reader: SegmentReader) -> None:
        # asked before the last look: what is written after the look is not lost with the file
        abandoned = reader.is_abandoned()
        # what comes while this is stored waits for the next look, or each would be a commit
        there = reader.path.stat().st_size
        try:
            while reader.offset < there:
                records, end = reader.read(PORTION_BYTES)
                if not records:
                    break
                self._ship_portion(reader, records)
                reader.offset = end
                if end < there:
                    self._tell()
        except SegmentError as error:
            LOG.error("segment set aside: %s", error, extra={"segment": str(reader.path)})
            reader.path.rename(reader.path.with_suffix(".bad"))
            return
        if abandoned:
            reader.path.unlink()
            del self._readers[reader.path]

    def _ship_portion(self, reader: SegmentReader, records: list[Record]) -> None:
        if self._sink is None:
            self._sink = self._open_sink()
        refused = self._save(self._sink, records)
        # only now that all others are stored: a portion that is tried again is set aside once
        if refused:
            self._set_aside(reader.path, refused)
        self.saved += len(records) - len(refused)

    def _save(self, sink: Sink, records: list[Record]) -> Refused:
        """Save records but those that the sink refuses for good: halving finds which."""
        try:
            sink.save(records)
        except Unstorable as error:
            if len(records) == 1:
                return [(records[0], error)]
            middle = len(records) // 2
            return self._save(sink, records[:middle]) + self._save(sink, records[middle:])
        return []

    def _set_aside(self, segment: Path, refused: Refused) -> None:
        file = self._aside.add(segment, refused)
        record, error = refused[0]
        LOG.error(
            "the database refuses records for good, and they are set aside",
            extra={
                "refused": len(refused),
                "why": error.kind,
                "first": record.id,
                "request_id": record.request_id,
                "file": str(file),
            },
        )

    def _worked(self) -> None:
        if self.error:
            LOG.info("the database is back")
        self.error = None
        self._tell()

    def _failed(self, error: Exception) -> None:
        if self._sink:
            self._sink.forget_connection()
        if self.error is None:
            LOG.error("predictions are not kept: %s", short(error))
        self.error = short(error)
        self._tell()

    def _tell(self) -> None:
        """Leave a note of how it is going, for the workers to show, if there is news."""
        note = {
            "saved": self.saved,
            "refused": self._aside.count(),
            "error": self.error,
            "offsets": {path.name: reader.offset for path, reader in self._readers.items()},
        }
        if note != self._told and self._leave(orjson.dumps(note)):
            self._told = note

    def _leave(self, note: bytes) -> bool:
        state = self._directory / STATE
        new = self._directory / f"{STATE}.new"
        try:
            new.write_bytes(note)
            new.replace(state)
        except OSError:
            # no room for two notes: over the old one then, or not at all; the records on a full
            # disk must be stored all the more
            try:
                new.unlink(missing_ok=True)
                state.write_bytes(note)
            except OSError:
                return False
        return True

    def close(self) -> None:
        """Let the sink go."""
        if self._sink:
            self._sink.forget_connection()


def read_state(directory: Path) -> dict[str, Any]:
    """Return the last note of the shipping process; empty when there is none."""
    try:
        return orjson.loads((directory / STATE).read_bytes())
    except (OSError, ValueError):
        return {}


def waiting_bytes(directory: Path) -> int:
    """Return how many bytes of records are in the spool and not yet stored."""
    offsets = read_state(directory).get("offsets", {})
    waiting = 0
    for path in directory.glob(f"*{SUFFIX}"):
        try:
            waiting += max(0, path.stat().st_size - offsets.get(path.name, 0))
        except FileNotFoundError:
            pass  # stored and deleted just now
    return waiting


def take_lock(directory: Path) -> int | None:
    """Return the open lock of the spool, or None when another process ships it already."""
    lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def run(shipper: Shipper, worker: int) -> None:
    """Ship until `worker`, the reading end of a pipe, says that the worker is gone."""
    pause, gone = 0.0, False
    while not gone:
        readable, _, _ = select.select([worker], [], [], pause)
        gone = bool(readable) and not os.read(worker, 1)
        # a database that is away is asked less and less often
        pause = LOOK_EVERY_S if shipper.ship() else min(max(pause, 0.1) * 2, LONGEST_PAUSE_S)
    shipper.close()


def main(directory: str, level: str = "info") -> int:
    """Ship the spool to the database whose URL comes on standard input, the first line."""
    logging.config.dictConfig(logging_config(level))
    # answers first: with 100 rows a request, the 99th percentile was 4 times the median, and is 2.6
    os.nice(5)
    lock = take_lock(Path(directory))
    if lock is None:
        return 0
    url = sys.stdin.buffer.raw.readline().decode().strip()  # type: ignore[attr-defined]

    def open_database() -> Sink:
        from ml_api.database import Database  # pylint: disable=import-outside-toplevel

        return Database(url)

    run(Shipper(Path(directory), open_database), sys.stdin.fileno())
    os.close(lock)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
