"""Counts and times for Prometheus, summed over all worker processes.

With several workers each keeps its numbers in a file of its own (prometheus_client's multi-process
mode, on where `PROMETHEUS_MULTIPROC_DIR` is set, as `ml-api` does), and whichever worker answers
`/metrics` adds them up.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# seconds; from a row through ONNX to a batch that a client gave up on
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """What the service counts. Each application has its own registry, so that two can coexist."""

    def __init__(self) -> None:
        # prometheus_client looks at the variable when it is imported, which may have been earlier
        values.ValueClass = values.get_value_class()
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
        self._rows = Counter(
            "ml_api_rows", "Rows by outcome.", ("outcome",), registry=self.registry
        )
        self._shadow = Counter(
            "ml_api_shadow",
            "Answers by what came of comparing them with the candidate.",
            ("outcome",),
            registry=self.registry,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def rows(self, priced: int, refused: int) -> None:
        """Count the rows of one answer."""
        self._rows.labels("priced").inc(priced)
        self._rows.labels("refused").inc(refused)

    def shadow(self, outcome: str) -> None:
        """Count one answer that was offered to the candidate."""
        self._shadow.labels(outcome).inc()

    def gauge(self, name: str, says: str) -> Gauge:
        """Make a gauge of which the latest value of any worker counts."""
        return Gauge(name, says, registry=self.registry, multiprocess_mode="livemostrecent")

    def text(self) -> bytes:
        """Return all numbers in the Prometheus text format."""
        if DIRECTORY not in os.environ:
            return generate_latest(self.registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)
        return generate_latest(everyone)
