"""Speed of pricing a dataset on many processes, and what limits it. Prints a section of RESULTS.md.

One process, clusters of 1, 2 and 4 workers, whole commands and databases take turns, three times,
and each turn waits for a quiet moment of the machine. Clocks around the steps of pricing, in each
process that prices, say where the time goes. A turn counts only if its prices are those of one
process. Progress goes to standard error.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow as pa
import sqlalchemy as sa
from pyarrow import parquet
from regression_model import HOUSES
from regression_model.scale import cluster

from scale_tools import postgres, report, steps
from scale_tools.alone import in_a_child, warm_up
from scale_tools.dataset import HOUSES, SOME_HOUSES, WORK, prepare
from scale_tools.turns import Look, Turn, turn
from service_tools.contenders import MODEL, OUR_BIN
from service_tools.prepare import say

try:
    from distributed import Client, as_completed
except ImportError:
    sys.exit(
        "scale.py needs Dask, which the course's own environment does without. `make bench` makes "
        "one that has it, .bench/ops; in any other: uv pip install -r requirements/ops.txt"
    )

TURNS = 3
TRIES = 3
QUIET = 0.2  # cores that others may keep busy
PATIENCE_S = 60
EMPTY_PIECES = 1000
COMMANDS = (1, 2)  # workers of the whole command
PRICES = WORK / "prices"


@dataclass(frozen=True)
class Place:
    """Where houses come from and prices go to, and who prices them: 0 workers are one process."""

    name: str
    data: Path
    out: str
    workers: tuple[int, ...]
    server_pid: int = 0


def all_places(stack: ExitStack) -> Iterator[Place]:
    """Yield the places of this machine; the stack ends what had to be started for them."""
    yield Place(report.PARQUET, HOUSES, str(PRICES), (0, 1, 2, 4))
    yield Place(report.SQLITE, SOME_HOUSES, f"sqlite:///{WORK / 'prices.db'}", (0, 2))
    if not postgres.missing():
        url, pid = stack.enter_context(postgres.running())
        yield Place(report.POSTGRESQL, SOME_HOUSES, url, (0, 2), pid)


def on_a_cluster(place: Place, workers: int) -> Turn:
    """Price on a cluster that is up and warm."""
    with cluster.local_cluster(workers) as local, Client(local) as client:
        client.wait_for_workers(workers)
        client.run(steps.install)
        client.run(warm_up, str(place.data), place.out)
        client.run(steps.reset)
        begun = Look.now(place.server_pid)
        scored = cluster.score_dataset(
            MODEL, place.data, place.out, scheduler=local.scheduler_address
        )
        ended = Look.now(place.server_pid)
        return turn(scored.rows, begun, ended, client.run(steps.read).values(), apart=True)


def whole_command(workers: int) -> float:
    """Return the seconds of the command that starts a cluster of its own."""
    command = [OUR_BIN / "regression-model", "predict", "--model", MODEL, "--data", HOUSES]
    command += ["--out", PRICES, "--scheduler", "local", "--workers", str(workers), "--json"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def empty_piece() -> float:
    """Return the seconds that a piece takes two workers and their scheduler when it is empty."""
    with cluster.local_cluster(2) as local, Client(local) as client:
        client.wait_for_workers(2)
        start = time.perf_counter()
        for future in as_completed(client.map(abs, range(EMPTY_PIECES), pure=False)):
            future.result()
        return (time.perf_counter() - start) / EMPTY_PIECES


def wait_for_quiet() -> None:
    """Wait until nobody else uses the machine, for a while at most."""
    for _ in range(PATIENCE_S):
        if psutil.cpu_percent(interval=1) / 100 * report.CORES <= QUIET:
            return


def clear(out: str) -> None:
    """Remove what an earlier turn left; a database keeps an empty table."""
    if "://" not in out:
        shutil.rmtree(out, ignore_errors=True)
    else:
        _ask(out, "DROP TABLE IF EXISTS priced_houses")
        cluster.destination_of(out).begin()


def prices_in(out: str) -> pa.Table:
    """Return the houses and their prices, in the order of the dataset."""
    if "://" not in out:
        table = parquet.read_table(out)
        return pa.table([table["Id"].cast("string"), table["prediction"]], ["house", "prediction"])
    rows = _ask(out, "SELECT house, prediction FROM priced_houses ORDER BY piece, row")
    return pa.table(list(zip(*rows)), ["house", "prediction"])


def _ask(url: str, statement: str) -> list[sa.Row]:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        answer = connection.execute(sa.text(statement))
        rows = list(answer) if answer.returns_rows else []
    engine.dispose()
    return rows


class Benchmark:
    """The turns so far."""

    def __init__(self, places: list[Place]) -> None:
        self._places = places
        self._prices: pa.Table | None = None
        self.turns: dict[str, dict[int, list[Turn]]] = {
            place.name: {workers: [] for workers in place.workers} for place in places
        }
        self.commands: dict[int, list[float]] = defaultdict(list)

    def round(self) -> None:
        """Let each way take a turn."""
        for place in self._places:
            for workers in place.workers:
                self._take(place, workers)
        for workers in COMMANDS:
            clear(str(PRICES))
            wait_for_quiet()
            self.commands[workers].append(whole_command(workers))
            self._check(HOUSES, str(PRICES))

    def _take(self, place: Place, workers: int) -> None:
        """Let a way take a turn; again if others on the machine disturb it, but not for ever."""
        for _ in range(TRIES):
            wait_for_quiet()
            taken, seconds = self._turn(place, workers)
            say(f"{place.name}, {workers or 'no'} workers: {taken.per_second:,.0f} rows/s")
            if taken.others <= QUIET:
                break
        self.turns[place.name][workers].append(taken)
        if place.name == report.PARQUET and not workers:
            self.commands[0].append(seconds)

    def _turn(self, place: Place, workers: int) -> tuple[Turn, float]:
        clear(place.out)
        start = time.perf_counter()
        if workers:
            taken = on_a_cluster(place, workers)
        else:
            taken = in_a_child(place.data, place.out, place.server_pid)
        seconds = time.perf_counter() - start
        self._check(place.data, place.out)
        return taken, seconds

    def _check(self, data: Path, out: str) -> None:
        """Refuse prices that are not those of one process, which takes the first turn."""
        prices, rows = prices_in(out), sum(piece.rows for piece in cluster.cut(data, HOUSES))
        if self._prices is None:
            self._prices = prices
        if prices.num_rows != rows or prices != self._prices[:rows]:
            sys.exit(f"{out} does not hold the prices that one process gives.")


def main() -> None:
    """Print the section."""
    prepare()
    with ExitStack() as stack:
        benchmark = Benchmark(list(all_places(stack)))
        for _ in range(TURNS):
            benchmark.round()
    wait_for_quiet()
    print(report.section(benchmark.turns, benchmark.commands, empty_piece()))


if __name__ == "__main__":
    main()
