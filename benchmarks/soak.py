"""Serve for a long time under load, and see whether memory or descriptors grow.

    python benchmarks/soak.py --minutes 10

Runs the service with every default on, warms it up, looks at its processes, goes on asking, and
looks again. Prints a section of RESULTS.md; exit status 1 when memory grew by more than 2 %,
descriptors leaked, or an answer was bad.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil
from service_tools.contenders import MODEL, WORK
from service_tools.prepare import say, train
from service_tools.report import table
from service_tools.servers import HOST, Server, running

PREDICT = "/v1/predict/regression"
MOST_GROWTH = 2.0
# connections that were open at one look and closed at the other
DESCRIPTORS_TO_SPARE = 8
SECTION = """## Soak

Two workers, every default on, {minutes:g} minutes of requests: one row, many, bad ones, nonsense. Memory is
what all processes hold beside files such as libraries; pages shared after the fork count once.

"""
HOUSE = {
    "OverallQual": 6,
    "GrLivArea": 1500,
    "YearBuilt": 1990,
    "YrSold": 2008,
    "Neighborhood": "NAmes",
}
# one row, many rows, some of them bad, and no JSON at all, with the status that each gets
REQUESTS = [
    (orjson.dumps([HOUSE]), 200),
    (orjson.dumps([HOUSE] * 50), 200),
    (orjson.dumps([HOUSE, {}, HOUSE | {"GrLivArea": "big"}]), 200),
    (orjson.dumps([{}]), 422),
    (b"nonsense", 400),
]


class Clients:
    """Threads that ask one thing after the other over connections they keep."""

    def __init__(self, port: int, threads: int):
        self._port = port
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        self._lock = threading.Lock()
        self.answered = self.bad = 0

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=30)
        while not self._stopping.is_set():
            for body, expected in REQUESTS:
                good = ask(connection, body) == expected
                with self._lock:
                    self.answered += 1
                    self.bad += not good
        connection.close()


def ask(connection: http.client.HTTPConnection, body: bytes) -> int:
    """Post a body; return the status, or 0 when there was no answer."""
    try:
        connection.request("POST", PREDICT, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0


def look(server: Server) -> tuple[float, int]:
    """Return megabytes and open descriptors of all processes; memory is the median of 5 looks."""
    megabytes = []
    for _ in range(5):
        megabytes.append(sum(own_megabytes(each) for each in server.processes()))
        time.sleep(0.5)
    descriptors = 0
    for process in server.processes():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended between the two looks
            descriptors += process.num_fds()
    return statistics.median(megabytes), descriptors


def own_megabytes(process: psutil.Process) -> float:
    """Return the share of a process in memory that is no file's, in megabytes.

    Pages of files (libraries) are shared with whatever else runs on the machine, so that its coming
    and going would show as growth of ours.
    """
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it ended just now
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 1024


def soak(server: Server, minutes: float, warm_up: float, threads: int) -> Soak:
    """Put the load on, and report every minute."""
    with Clients(server.port, threads) as clients:
        time.sleep(warm_up * 60)
        looks = [look(server)]
        end = time.monotonic() + minutes * 60
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(60, left))
            looks.append(look(server))
            say(f"{looks[-1][0]:.1f} MB, {looks[-1][1]} descriptors")
    return Soak(minutes, clients.answered, clients.bad, looks)


@dataclass(frozen=True)
class Soak:
    """What was seen: answers, and megabytes and descriptors at each look."""

    minutes: float
    answered: int
    bad: int
    looks: list[tuple[float, int]]

    @property
    def growth(self) -> float:
        """By how many percent memory grew from the first look to the last."""
        return (self.looks[-1][0] / self.looks[0][0] - 1) * 100

    @property
    def is_well(self) -> bool:
        """Whether nothing grew, leaked or was answered badly."""
        leaked = self.looks[-1][1] - self.looks[0][1]
        return self.growth <= MOST_GROWTH and leaked <= DESCRIPTORS_TO_SPARE and not self.bad

    def section(self) -> str:
        """Return it as markdown."""
        row = [f"{self.answered:,}", f"{self.bad}"]
        row += [f"{self.looks[0][0]:.1f} to {self.looks[-1][0]:.1f} ({self.growth:+.2f} %)"]
        row += [f"{self.looks[0][1]} to {self.looks[-1][1]}"]
        head = ["requests", "bad answers", "memory, MB", "descriptors"]
        return SECTION.format(minutes=self.minutes) + table(head, [row])


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="of load [10]")
    parser.add_argument(
        "--warm-up", type=float, default=1, help="minutes before the first look [1]"
    )
    parser.add_argument("--threads", type=int, default=4, help="clients at once [4]")
    chosen = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    train()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        environ = {
            "PORT": "{port}",
            "ML_API_MODEL": str(MODEL),
            "ML_API_STORE": f"sqlite:///{folder}/predictions.db",
            "ML_API_SPOOL": str(folder / "spool"),
        }
        command = [sys.executable, "-m", "ml_api"]
        with running("soak", command, "/ready", folder, environ) as server:
            seen = soak(server, chosen.minutes, chosen.warm_up, chosen.threads)
    print(seen.section())
    return 0 if seen.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
