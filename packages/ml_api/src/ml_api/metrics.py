"""Counts and times for Prometheus, summed over all worker processes.

With several workers each keeps its numbers in a file of its own (prometheus_client's multi-process
mode, on when `PROMETHEUS_MULTIPROC_DIR` is set before it is imported, as `ml-api` does), and
whichever worker answers `/metrics` adds them up.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# seconds; from a row through ONNX to a batch that a client gave up on
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """What the service counts. Each application has its own registry, so that two can coexist."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "ml_api_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ml_api_request_seconds",
            "Time to answer.",
            ("route",),
            registry=self.registry,
            buckets=BUCKETS,
        )
        rows = Counter("ml_api_rows", "Rows by outcome.", ("outcome",), registry=self.registry)
        self._priced, self._refused = rows.labels("priced"), rows.labels("refused")
        self._lost = Counter(
            "ml_api_store_lost", "Requests that could not be kept.", registry=self.registry
        )
        # all workers look at one spool, so the latest look is as good as any
        self._saved, self._waiting, self._set_aside = (
            Gauge(name, says, registry=self.registry, multiprocess_mode="livemostrecent")
            for name, says in (
                ("ml_api_store_saved", "Requests kept since the shipping process started."),
                ("ml_api_store_waiting_bytes", "Bytes of requests waiting to be kept."),
                ("ml_api_store_refused", "Requests that the database will never take, set aside."),
            )
        )
        # labels() takes a lock and builds a key; a plain dictionary spares both, 2 us a request
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = route, method, status
        found = self._children.get(key)
        if found is None:
            counter = self._requests.labels(route, method, str(status))
            # both at once: another thread must not find the one without the other
            found = self._children[key] = counter, self._seconds.labels(route)
        found[0].inc()
        found[1].observe(seconds)

    def rows(self, priced: int, refused: int) -> None:
        """Count the rows of one request."""
        self._priced.inc(priced)
        if refused:
            self._refused.inc(refused)

    def stored(self, lost: int, saved: int, waiting: int, refused: int) -> None:
        """Count what was lost, and note what is kept, what waits and what is set aside."""
        self._lost.inc(lost)
        self._saved.set(saved)
        self._waiting.set(waiting)
        self._set_aside.set(refused)

    def text(self) -> bytes:
        """Return all numbers in the Prometheus text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)
        return generate_latest(everyone)
