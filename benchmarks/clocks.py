"""Clocks around functions: put into a process, they say where its time goes."""

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Clocks:
    """Seconds by step, each an array of two: on the clock, and of the processor.

    Parameters
    ----------
    processor : callable
        Says how many seconds of the processor were used: `time.process_time` or `thread_time`.
    """

    def __init__(self, processor: Callable[[], float]) -> None:
        self._processor = processor
        self.reset()

    def reset(self) -> None:
        """Set them to zero."""
        self.spent: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))
        self._start = self._now()

    def _now(self) -> np.ndarray:
        return np.array([time.perf_counter(), self._processor()])

    def all(self) -> np.ndarray:
        """Return the seconds since they were zero."""
        return self._now() - self._start

    @contextmanager
    def running(self, step: str) -> Iterator[None]:
        """Count what happens in the block, or in the function that it decorates, as a step."""
        start = self._now()
        try:
            yield
        finally:
            self.spent[step] = self.spent[step] + self._now() - start

    # pylint: disable=not-callable  # what contextlib makes of a generator decorates as well
    def time(self, owner: Any, name: str, step: str) -> None:
        """Have every call of a function counted as a step."""
        setattr(owner, name, self.running(step)(getattr(owner, name)))

    def time_items(self, owner: Any, name: str, step: str) -> None:
        """Have every next item of what a generator function gives counted as a step."""
        function = getattr(owner, name)

        def items(*arguments: Any, **named: Any) -> Iterator:
            # None ends it
            following = functools.partial(next, function(*arguments, **named), None)
            return iter(self.running(step)(following), None)

        setattr(owner, name, items)
