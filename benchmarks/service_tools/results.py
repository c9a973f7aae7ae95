"""What was measured of one contender, and the medians and ratios that are shown."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field

from service_tools.contenders import Contender
from service_tools.load import Load
from service_tools.servers import Memory


@dataclass(frozen=True)
class Round:
    """One turn: the load, processor milliseconds a request, seconds of work left over after it."""

    load: Load
    cpu_ms: float
    after_s: float


@dataclass
class Measured:
    """All that is known of one contender at the end.

    `alone` is the resident memory of a worker that shares nothing with its siblings, where it was
    measured; `state` what the service says of itself.
    """

    contender: Contender
    seconds_to_ready: list[float]
    rounds: dict[int, list[Round]] = field(default_factory=lambda: defaultdict(list))
    memory: Memory | None = None
    libraries: set[str] = field(default_factory=set)
    alone: float | None = None
    state: str = ""

    def median(self, size: int, name: str) -> float:
        """Return the median over the rounds of a figure of the load."""
        return statistics.median(getattr(each.load, name) for each in self.rounds[size])

    def cpu_ms(self, size: int) -> float:
        """Return the median processor time of a request, in milliseconds."""
        return statistics.median(each.cpu_ms for each in self.rounds[size])

    def after_s(self, size: int) -> float:
        """Return the median seconds of work left over when the load ended."""
        return statistics.median(each.after_s for each in self.rounds[size])

    def times_slower(self, other: Measured, size: int) -> float:
        """Return how many times the other's requests a second are ours, round by round."""
        pairs = zip(other.rounds[size], self.rounds[size], strict=True)
        return statistics.median(b.load.per_second / a.load.per_second for b, a in pairs)
