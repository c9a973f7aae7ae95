"""What one feature costs: bytes of a request, time of its check, and what its loss would cost."""

import json
import statistics
import time
from collections.abc import Callable

ROUNDS = 5


def body_of(rows: list[dict], names: list[str]) -> bytes:
    """Return the body of a request that brings these features of the rows."""
    return json.dumps([{name: row[name] for name in names} for row in rows]).encode()


def cost_of(
    name: str,
    rows: list[dict],
    checker: Callable[[list[str]], Callable[[bytes], object]],
    error: Callable[[list[str]], float],
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Measure what a feature costs, and what it would cost to go without.

    Parameters
    ----------
    name : str
        The feature.
    rows : list of dict
        Houses, all with the same features.
    checker : callable
        Takes the names of features, and returns the check of a service that knows them: a
        function that takes the body of a request.
    error : callable
        Takes the names of features, and returns the error of a model that has them.
    clock : callable
        Returns the time in seconds.

    Returns
    -------
    dict
        `bytes` a row, `microseconds` a row, and `error`: by how much it grows without the feature.
    """
    every = list(rows[0])
    without = [each for each in every if each != name]
    bodies = [body_of(rows, names) for names in (every, without)]
    checks = [checker(names) for names in (every, without)]
    taken = [[], []]
    for _ in range(ROUNDS):
        for check, body, times in zip(checks, bodies, taken, strict=True):
            start = clock()
            check(body)
            times.append(clock() - start)
    longer = statistics.mean(taken[0]) - statistics.mean(taken[1])
    return {
        "bytes": (len(bodies[0]) - len(bodies[1])) / len(rows),
        "microseconds": longer / len(rows) * 1e6,
        "error": error(without) - error(every),
    }
