"""Serve for a long time under load, and see whether memory or descriptors grow.

    python benchmarks/soak.py --minutes 10

Runs the service with every default on, warms it up, looks at its processes, goes on asking, and
looks again. Memory is the proportional share of all processes, so that pages shared after the fork
count once. Exit status 1 when it grew by more than 2 %, descriptors leaked, or an answer was bad.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import orjson
import psutil
from service_tools.prepare import say
from service_tools.servers import HOST, Server, running

PREDICT = "/v1/predict/regression"
MOST_GROWTH = 2.0
# connections that were open at one look and closed at the other
DESCRIPTORS_TO_SPARE = 8
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
        megabytes.append(server.memory().service)
        time.sleep(0.5)
    descriptors = 0
    for process in server.processes():
        try:
            descriptors += process.num_fds()
        except psutil.NoSuchProcess:
            pass  # it ended between the two looks
    return statistics.median(megabytes), descriptors


def soak(server: Server, minutes: float, warm_up: float, threads: int) -> bool:
    """Put the load on, report every minute, and tell whether all was well."""
    with Clients(server.port, threads) as clients:
        time.sleep(warm_up * 60)
        before, descriptors_before = look(server)
        say(f"warm: {before:.1f} MB, {descriptors_before} descriptors")
        end = time.monotonic() + minutes * 60
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(60, left))
            now, descriptors = look(server)
            growth = (now / before - 1) * 100
            say(f"{now:.1f} MB ({growth:+.2f} %), {descriptors} descriptors")
        after, descriptors_after = look(server)
    growth, leaked = (after / before - 1) * 100, descriptors_after - descriptors_before
    print(f"requests {clients.answered}, bad answers {clients.bad}")
    print(f"memory {before:.1f} MB -> {after:.1f} MB: {growth:+.2f} % (at most {MOST_GROWTH} %)")
    print(f"descriptors {descriptors_before} -> {descriptors_after}")
    return growth <= MOST_GROWTH and leaked <= DESCRIPTORS_TO_SPARE and not clients.bad


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("model"), help="its directory [model]")
    parser.add_argument("--minutes", type=float, default=10, help="of load [10]")
    parser.add_argument("--warm-up", type=float, default=0.5, help="minutes before the first look")
    parser.add_argument("--threads", type=int, default=4, help="clients at once [4]")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        environ = {
            "PORT": "{port}",
            "ML_API_MODEL": str(chosen.model.resolve()),
            "ML_API_STORE": f"sqlite:///{folder}/predictions.db",
            "ML_API_SPOOL": str(folder / "spool"),
        }
        command = [sys.executable, "-m", "ml_api"]
        with running("soak", command, "/ready", folder, environ) as server:
            well = soak(server, chosen.minutes, chosen.warm_up, chosen.threads)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
