"""The section of RESULTS.md about servers: medians over the turns, and ratios within a turn."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from common import table
from service_tools.contenders import MODES, PEERS, SIZES
from service_tools.load import CONNECTIONS, Turn

HEADING = """## Service

Real HTTP on loopback: wrk, {connections} connections, 2 workers each, {turns} turns of {seconds} s in
rotation, medians. Every answer was checked to hold the same prices, no request was refused, and
after the load every one that ml_api answered was in its database. The floor is a route that prices
nothing, on gunicorn's stock threads as ml_api. *times slower* and *times faster* are ratios of requests/s
within a turn. *CPU* is all processor time of the service, what it puts off until after the load
included; on a busy machine it holds far better than requests/s do. The peers cannot be faster than
the scikit-learn pipeline behind them: see *Prediction*. The machine's load average was {busy:.1f} when
the run began; the figures want one below 0.5.
"""


@dataclass
class Measured:
    """All that is known of one contender at the end; memory as `Server.memory` gives it."""

    title: str
    ready_s: float
    turns: dict[int, list[Turn]] = field(default_factory=lambda: {size: [] for size in SIZES})
    memory: list[float] = field(default_factory=list)
    kept: int = 0

    def median(self, size: int, figure: str) -> float:
        """Return the median over the turns of a figure."""
        return statistics.median(turn[figure] for turn in self.turns[size])

    def p99_to_p50(self, size: int) -> float:
        """Return how many times as long as the middle request a slow one takes."""
        return self.median(size, "p99") / self.median(size, "p50")

    def times_faster(self, other: Self, size: int) -> float:
        """Return how many times the other's requests a second are ours."""
        pairs = zip(self.turns[size], other.turns[size], strict=True)
        return statistics.median(own["per_second"] / its["per_second"] for own, its in pairs)

    def answered(self) -> int:
        """Return how many requests of the turns were answered."""
        return sum(turn["requests"] for turns in self.turns.values() for turn in turns)


Everyone = dict[str, Measured]


def section(everyone: Everyone, **facts: float) -> str:
    """Return what the servers did, as markdown; `facts` are those that the heading names."""
    parts = [HEADING.format(connections=CONNECTIONS, **facts)]
    if set(PEERS) <= set(everyone):
        parts += ["### Targets\n", targets(everyone)]
    for size, rows in SIZES.items():
        parts += [f"### {rows} a request\n", _speed(everyone, size)]
    parts += ["### Starting and memory\n", _weight(everyone)]
    parts += [
        f"{everyone[mode].title}: {everyone[mode].answered():,} requests of the turns answered;"
        f" the database holds {everyone[mode].kept:,}, warming up included.\n"
        for mode in MODES
    ]
    return "\n".join(parts)


def targets(everyone: Everyone) -> str:
    """Return what was to be reached and what was, as a table."""
    floor, peers = everyone["floor"], [everyone[name] for name in PEERS]
    # what is measured of a mode, and what is to be reached in plain and in production mode: at
    # least that, or where it stands below 0 at most; or it is only told
    figures: dict[str, tuple[Callable[[Measured], float], float | None, float | None]] = {
        "1 row: times faster than every peer": (lambda it: _lead(it, peers, 1), 12, 60),
        "1 row: times slower than the floor": (lambda it: floor.times_faster(it, 1), None, -2),
        "1 row: p99/p50": (lambda it: it.p99_to_p50(1), None, -4.5),
        "100 rows: times faster than every peer": (lambda it: _lead(it, peers, 100), 1, None),
        "100 rows: times slower than the floor": (
            lambda it: floor.times_faster(it, 100),
            None,
            -1.3,
        ),
        "start to ready, s": (lambda it: it.ready_s, -1, -1),
        "resident a worker, MB": (lambda it: it.memory[0], -100, -100),
    }
    modes = [everyone[mode] for mode in MODES]
    rows = [
        [what, *(_verdict(figure(mode), bound) for mode, bound in zip(modes, bounds, strict=True))]
        for what, (figure, *bounds) in figures.items()
    ]
    return table(["", *(f"{mode} mode" for mode in MODES)], rows)


def _lead(mode: Measured, peers: list[Measured], size: int) -> float:
    return min(mode.times_faster(peer, size) for peer in peers)


def _verdict(figure: float, bound: float | None) -> str:
    if bound is None:
        return f"{figure:,.2f} (told)"
    met = "met" if (figure >= bound if bound > 0 else figure <= -bound) else "**not met**"
    return f"{figure:,.2f} (at {'least' if bound > 0 else 'most'} {abs(bound):g}: {met})"


def _table(everyone: Everyone, columns: dict[str, Callable[[Measured], str]]) -> str:
    rows = [[column(each) for column in columns.values()] for each in everyone.values()]
    return table(list(columns), rows)


def _speed(everyone: Everyone, size: int) -> str:
    floor, plain, production = (everyone[name] for name in ("floor", *MODES))
    cpu = floor.median(size, "cpu_ms")
    columns: dict[str, Callable[[Measured], str]] = {
        "server": lambda it: it.title,
        "requests/s": lambda it: f"{it.median(size, 'per_second'):,.0f}",
        "times slower than the floor": lambda it: f"{floor.times_faster(it, size):.2f}",
        "plain is times faster": lambda it: f"{plain.times_faster(it, size):.2f}",
        "production is times faster": lambda it: f"{production.times_faster(it, size):.2f}",
        "p50, ms": lambda it: f"{it.median(size, 'p50'):.1f}",
        "p99, ms": lambda it: f"{it.median(size, 'p99'):.1f}",
        "p99/p50": lambda it: f"{it.p99_to_p50(size):.1f}",
        "CPU, ms a request": lambda it: f"{it.median(size, 'cpu_ms'):.2f}",
        "CPU beside the floor's": lambda it: f"{it.median(size, 'cpu_ms') / cpu:.2f}",
        "work left over, s": lambda it: f"{it.median(size, 'left_over_s'):.1f}",
    }
    return _table(everyone, columns)


def _weight(everyone: Everyone) -> str:
    columns: dict[str, Callable[[Measured], str]] = {
        "server": lambda it: it.title,
        "start to ready, s": lambda it: f"{it.ready_s:.2f}",
        "resident a worker, MB": lambda it: f"{it.memory[0]:.0f}",
        "of it its own share, MB": lambda it: f"{it.memory[1]:.0f}",
        "whole service, MB": lambda it: f"{it.memory[2]:.0f}",
    }
    return _table(everyone, columns)
