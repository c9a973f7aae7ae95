"""One thread that has a candidate price what was answered, and can do the answers no harm."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from regression_model import Capture, Comparison, compare_captures

from ml_api.storage.records import Record, read_rows

LOG = logging.getLogger("ml_api.shadow")
WAITING = 16  # answers: one may hold a body of the largest size


class Shadow:
    """Compares answers with what a candidate says of the same rows.

    Parameters
    ----------
    version : str
        Version of the candidate.
    price : callable
        Takes rows as they came, and returns what `make_prediction` returns. It may raise, and take
        as long as it likes.
    keep : callable or None
        Takes a record and the comparison that found a difference.
    count : callable
        Takes what became of an answer: agreed, differed, failed or dropped.
    """

    def __init__(
        self,
        version: str,
        price: Callable[[list[Any]], dict[str, Any]],
        keep: Callable[[Record, Comparison], None] | None,
        count: Callable[[str], None],
    ):
        self.version, self.price, self.keep, self.count = version, price, keep, count
        self._waiting: queue.Queue[Record] = queue.Queue(WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def offer(self, record: Record) -> None:
        """Have an answer that was given compared, some time; where too many wait, drop it."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self.count("dropped")
        with self._starting:
            if self._thread is None:  # at the first use: a server that forks has forked by now
                self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        """Compare whatever comes; nothing that goes wrong with one answer ends it."""
        while True:
            record = self._waiting.get()
            try:
                outcome = self._compare(record)
            except Exception as error:  # pylint: disable=broad-exception-caught
                outcome = "failed"
                about = {"request_id": record.request_id}
                LOG.warning("the candidate was not compared: %r", error, extra=about)
            self.count(outcome)

    def _compare(self, record: Record) -> str:
        """Return agreed or differed, and keep what differs."""
        said = self.price(read_rows(record.request))
        told = tuple(json.loads(record.response)["predictions"])
        live = Capture(record.model_version, record.id, told)
        candidate = Capture(said["version"], record.id, tuple(said["predictions"]))
        found = compare_captures(live, candidate)
        if not (found.beyond or found.only_old or found.only_new):
            return "agreed"
        if self.keep:
            self.keep(record, found)
        return "differed"
