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

    def offer(self, record):
        with self._starting:
            if not self._thread:
                self._thread = threading.Thread(target=self._work)
                self._thread.daemon = True
                self._thread.start()
        try:
            self._waiting.put(record, False)
        except queue.Full:
            LOG.info("dropped")
            self.count("dropped")

    def _work(self):
        for record in iter(self._waiting.get, None):
            self.count(self._outcome(record))

    def _outcome(self, record):
        try:
            return self._compare(record)
        except BaseException:
            LOG.exception("not compared")
            return "failed"

    def _compare(self, record):
        result = self.price(read_rows(record.request))
        answer = json.loads(record.response)
        sides = [(record.model_version, answer), (result["version"], result)]
        captures = [Capture(version, "", tuple(said["predictions"])) for version, said in sides]
        comparison = compare_captures(*captures)
        lone = comparison.only_old + comparison.only_new
        if comparison.beyond == 0 and len(lone) == 0:
            return "agreed"
        if self.keep is not None:
            self.keep(record, comparison)
        return "differed"
