"""Clocks around the steps of pricing: put into a process, they say where its time goes."""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from regression_model.artefact import Model
from regression_model.scale import cluster, destinations, scoring

READ, ENCODE, RUN = "reading Parquet", "checking and encoding", "ONNX run"
TABLE, WRITE, REST = "table of prices", "writing", "Dask and the rest"
STEPS = (READ, ENCODE, RUN, TABLE, WRITE, REST)
_PRICING, _ALL = "pricing", "all"


@dataclass(frozen=True)
class Seconds:
    """Time by the clock on the wall, and the processor time of a process."""

    wall: float = 0.0
    cpu: float = 0.0

    @classmethod
    def now(cls) -> Seconds:
        """Return what both clocks show."""
        return cls(time.perf_counter(), time.process_time())

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(self.wall - other.wall, self.cpu - other.cpu)


Spent = dict[str, Seconds]


class Clocks:
    """The clocks of one process."""

    def __init__(self) -> None:
        self._spent: Spent = defaultdict(Seconds)
        self._started = Seconds.now()

    def reset(self) -> None:
        """Set them to zero."""
        self._spent.clear()
        self._started = Seconds.now()

    def read(self) -> Spent:
        """Return the seconds of each step since they were zero; together, all of the process."""
        spent = defaultdict(Seconds, self._spent)
        # writing asks for the prices, and pricing for the encoded rows: their own is what is left
        spent[TABLE] = spent[_PRICING] - spent[ENCODE] - spent[RUN]
        spent[WRITE] = spent[_ALL] - spent[_PRICING] - spent[READ]
        spent[REST] = Seconds.now() - self._started - spent[_ALL]
        return {step: spent[step] for step in STEPS}

    @contextmanager
    def running(self, step: str) -> Iterator[None]:
        """Count what happens in the block as a step."""
        start = Seconds.now()
        try:
            yield
        finally:
            self._spent[step] += Seconds.now() - start

    def time(self, owner: Any, name: str, step: str) -> None:
        """Have every call of a function counted as a step."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            with self.running(step):
                return function(*arguments, **named)

        setattr(owner, name, timed)

    def timed_chunks(self, function: Callable[..., Iterator]) -> Callable[..., Iterator]:
        """Return a generator function whose every next item is counted as reading."""

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Iterator:
            chunks = function(*arguments, **named)
            while True:
                with self.running(READ):
                    chunk = next(chunks, None)
                if chunk is None:
                    return
                yield chunk

        return timed


CLOCKS = Clocks()


def install() -> None:
    """Put the clocks around the steps of this process, once."""
    for module in (cluster, scoring):
        module.read_chunks = CLOCKS.timed_chunks(module.read_chunks)
        CLOCKS.time(module, "score_table", _PRICING)
    CLOCKS.time(scoring, "encode_table", ENCODE)
    CLOCKS.time(Model, "predict", RUN)
    CLOCKS.time(scoring, "write_tables", _ALL)
    CLOCKS.time(destinations.FolderDestination, "write", _ALL)
    CLOCKS.time(destinations.DatabaseDestination, "write", _ALL)
    CLOCKS.reset()


def reset() -> None:
    """Set the clocks of this process to zero."""
    CLOCKS.reset()


def read() -> Spent:
    """Return what the clocks of this process show."""
    return CLOCKS.read()
