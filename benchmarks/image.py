"""Measure the image of the service against its budgets: size, start, memory, load, stop.

    python benchmarks/image.py --rounds 5

Needs podman or docker on Linux, and the image that `make image` builds. Prints a section of
RESULTS.md; exit status 1 when a budget is missed.
"""

import argparse
import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil

from common import BenchmarkError, houses, say, table

IMAGE = "localhost/ml-api:latest"
CLIENTS = 8
UP_S = 30
SETTLED_S = 1  # for the worker that comes up second
MB, MIB = 10**6, 2**20
# what is at most allowed, in the unit that is shown
BUDGETS = {
    "size over the base": (220, "MB"),
    "ready after the start": (1.5, "s"),
    "memory of two idle workers (PSS)": (120, "MiB"),
    "memory under load (PSS), of 512 allowed": (512, "MiB"),
    "stopped after SIGTERM, under load": (5, "s"),
    "requests cut off by the stop": (0, ""),
}
SECTION = """## Image

The image that `make image` builds, run read-only, without capabilities, with 512 MiB and two workers; medians of
{rounds} containers. Load: {clients} clients, each with a kept connection, one row and a thousand rows by turns. A request is cut off when
the client gets a part of its answer; new ones are refused, or their connection is closed, once the service has begun to stop.

"""


class Engine:
    """podman or docker, and containers of the image."""

    def __init__(self) -> None:
        found = next((name for name in ("podman", "docker") if shutil.which(name)), None)
        if found is None:
            raise BenchmarkError("this needs podman or docker: course doctor says how to get one")
        self.name = found

    def run(self, *command: object) -> str:
        """Run a command of the engine and return what it printed."""
        done = subprocess.run(
            [self.name, *map(str, command)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchmarkError(f"{self.name} {command[0]}: {done.stderr.strip()}")
        return done.stdout.strip()

    def size_over_base(self) -> int:
        """Return the bytes that the image adds to its base."""
        base = self.run(
            *("image", "inspect", "--format"),
            '{{index .Config.Labels "org.opencontainers.image.base.name"}}',
            IMAGE,
        )
        sizes = [self.run("image", "inspect", "--format", "{{.Size}}", of) for of in (IMAGE, base)]
        return int(sizes[0]) - int(sizes[1])

    @contextmanager
    def container(self) -> Iterator[tuple[str, int, psutil.Process, float]]:
        """Start a container; yield its id, its port, its first process and the seconds to ready."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        name = self.run(
            *("create", "--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--memory=512m"),
            *(f"--publish=127.0.0.1:{port}:8000", "--security-opt=no-new-privileges", IMAGE),
        )
        try:
            with subprocess.Popen(
                [self.name, "start", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ):
                end = time.time() + UP_S
                while not is_ready(port):
                    if time.time() > end:
                        raise BenchmarkError(f"not ready: {self.run('logs', name)}")
                    time.sleep(0.005)
                ready = time.time()
            process = psutil.Process(int(self.run("inspect", "--format", "{{.State.Pid}}", name)))
            yield name, port, process, ready - process.create_time()
        finally:
            self.run("rm", "--force", "--volumes", name)


def is_ready(port: int) -> bool:
    """Ask whether the service is ready."""
    try:
        return ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/ready") == 200
    except (OSError, http.client.HTTPException):
        return False


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None
) -> int:
    """Ask once, take the whole answer, and return its status."""
    connection.request(method, path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status


def pss(process: psutil.Process) -> float:
    """Return the memory of a process and all below it, in MiB; what is shared counts once."""
    family = [process, *process.children(recursive=True)]
    return sum(each.memory_full_info().pss for each in family) / MIB


def load(port: int, bodies: list[str], stopping: threading.Event) -> Counter[str]:
    """Ask by turns until told to stop, or until the service is gone; count what came of it."""
    connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=30), Counter[str]()
    while not stopping.is_set():
        for body in bodies:
            try:
                status = ask(connection, "POST", "/v1/predict/regression", body)
                count["answered" if status == 200 else f"status {status}"] += 1
            except (ConnectionError, http.client.RemoteDisconnected):
                # nothing came back: an idle connection that was closed, or a door that was shut
                count["never begun"] += 1
                return count
            except (OSError, http.client.HTTPException):
                count["cut off"] += 1
                return count
    return count


def measure(  # pylint: disable=too-many-locals  # one for each figure
    engine: Engine, bodies: list[str], seconds: float
) -> dict[str, float]:
    """Start one container, load it, and stop it under load."""
    with engine.container() as (name, port, process, ready):
        time.sleep(SETTLED_S)
        idle = pss(process)
        stopping, busy = threading.Event(), 0.0
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(load, port, bodies, stopping) for _ in range(CLIENTS)]
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                busy = max(busy, pss(process))
                time.sleep(0.1)
            began = time.monotonic()
            engine.run("kill", "--signal=TERM", name)
            status = engine.run("wait", name)
            stopped = time.monotonic() - began
            stopping.set()
            counts = sum((each.result() for each in running), Counter[str]())
        say(f"{dict(counts)}, exit status {status}")
        if status != "0" or set(counts) - {"answered", "never begun", "cut off"}:
            raise BenchmarkError(f"exit status {status}, {dict(counts)}")
    return dict(zip(list(BUDGETS)[1:], (ready, idle, busy, stopped, counts["cut off"])))


def main() -> int:
    """Print the section; return 1 when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="containers to start [5]")
    parser.add_argument("--seconds", type=float, default=10, help="of load for each [10]")
    options = parser.parse_args()
    engine = Engine()
    rows = houses(1000, seed=7)
    bodies = [json.dumps(rows[:1]), json.dumps(rows)]
    found = []
    for number in range(options.rounds):
        say(f"container {number + 1} of {options.rounds}")
        found.append(measure(engine, bodies, options.seconds))
    figures = {name: statistics.median(each[name] for each in found) for name in found[0]}
    figures = {"size over the base": engine.size_over_base() / MB, **figures}
    lines, missed = [], False
    for name, (most, unit) in BUDGETS.items():
        missed = missed or figures[name] > most
        lines.append([name, f"{figures[name]:.3g} {unit}".rstrip(), f"{most} {unit}".rstrip()])
    print(SECTION.format(rounds=options.rounds, clients=CLIENTS), end="")
    print(table(["", "measured", "at most"], lines), end="")
    return int(missed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchmarkError as error:
        sys.exit(str(error))
