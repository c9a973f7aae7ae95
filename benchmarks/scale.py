"""Speed of pricing a dataset on many processes, and what limits it. Prints a section of RESULTS.md.

One process, clusters of 1, 2 and 4 workers and databases take turns, three times, and each turn
waits for a quiet moment of the machine. Clocks around the steps of pricing, in each process that
prices, say where the time goes. A turn counts only if its prices are those of one process.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psutil
import sqlalchemy as sa
from regression_model.scale import score_dataset
from regression_model.scale.cluster import local_cluster
from regression_model.scale.destinations import destination_of

from common import MODEL, say
from scale_tools import postgres, report
from scale_tools.alone import in_a_child, warm_up
from scale_tools.dataset import HOUSES, ROWS, SOME_HOUSES, SOME_ROWS, WORK, prepare
from scale_tools.turns import Figures, figures, install_clocks, look, read_clocks, reset_clocks

try:
    from distributed import Client
except ImportError:
    sys.exit(
        "scale.py needs Dask, which the course's own environment does without. `make bench` makes "
        "one that has it, .bench/ops; in any other: uv pip install -r requirements/ops.txt"
    )

TURNS = 3
TRIES = 3
QUIET = 0.2  # cores that others may keep busy
PATIENCE_S = 60
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
    if postgres.PROGRAMS:
        url, pid = stack.enter_context(postgres.running())
        yield Place(report.POSTGRESQL, SOME_HOUSES, url, (0, 2), pid)


def on_a_cluster(place: Place, workers: int) -> Figures:
    """Price on a cluster that is up and warm."""
    with local_cluster(workers) as local, Client(local) as client:
        client.wait_for_workers(workers)
        client.run(install_clocks)
        client.run(warm_up, str(place.data), place.out)
        client.run(reset_clocks)
        begun = look(place.server_pid)
        scored = score_dataset(MODEL, place.data, place.out, scheduler=local.scheduler_address)
        took = look(place.server_pid) - begun
        return figures(scored.rows, took, client.run(read_clocks).values(), apart=True)


def wait_for_quiet() -> None:
    """Wait until nobody else uses the machine, for a while at most."""
    for _ in range(PATIENCE_S):
        if psutil.cpu_percent(interval=1) / 100 * report.CORES <= QUIET:
            return


def clear(out: str) -> None:
    """Remove what an earlier turn left; make the table, or several workers would at once."""
    if "://" not in out:
        shutil.rmtree(out, ignore_errors=True)
        return
    engine = sa.create_engine(out)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS priced_houses"))
    engine.dispose()
    destination_of(out).begin()


def prices_in(out: str) -> pd.Series:
    """Return the prices in the order of the dataset."""
    if "://" not in out:
        return pd.read_parquet(out)["prediction"]
    query = "SELECT prediction FROM priced_houses ORDER BY piece, row"
    return pd.read_sql(query, out)["prediction"]


class Benchmark:
    """The turns so far."""

    def __init__(self, places: list[Place]) -> None:
        self._places = places
        self._prices: pd.Series | None = None
        self.turns: dict[str, report.Turns] = {
            place.name: {workers: [] for workers in place.workers} for place in places
        }

    def round(self) -> None:
        """Let each way take a turn."""
        for place in self._places:
            for workers in place.workers:
                self._take(place, workers)

    def _take(self, place: Place, workers: int) -> None:
        """Let a way take a turn; again if others on the machine disturb it, but not for ever."""
        for _ in range(TRIES):
            clear(place.out)
            wait_for_quiet()
            if workers:
                taken = on_a_cluster(place, workers)
            else:
                taken = in_a_child(place.data, place.out, place.server_pid)
            self._check(place.out, ROWS if place.data == HOUSES else SOME_ROWS)
            say(f"{place.name}, {workers or 'no'} workers: {taken['rows/s']:,.0f} rows/s")
            if taken["others"] <= QUIET:
                break
        self.turns[place.name][workers].append(taken)

    def _check(self, out: str, rows: int) -> None:
        """Refuse prices that are not those of one process, which takes the first turn."""
        prices = prices_in(out)
        if self._prices is None:
            self._prices = prices
        if len(prices) != rows or not prices.equals(self._prices[:rows]):
            sys.exit(f"{out} does not hold the prices that one process gives.")


def main() -> None:
    """Print the section."""
    prepare()
    with ExitStack() as stack:
        benchmark = Benchmark(list(all_places(stack)))
        for _ in range(TURNS):
            benchmark.round()
    print(report.section(benchmark.turns))


if __name__ == "__main__":
    main()
