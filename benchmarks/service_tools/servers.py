"""Servers under test: started on a free port, timed until ready, looked at, always stopped."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from common import BenchmarkError, cpu_seconds
from service_tools.contenders import WORK, Contender

HOST = "127.0.0.1"
PATIENCE_S = 120.0
STOP_S = 15.0
QUIET_S = 0.7  # longer than any server rests between two looks at what it put off


class Server:
    """One running server; made by `running`.

    Attributes
    ----------
    folder : Path
        Where it runs: its log, and what it keeps by default.
    seconds_to_ready : float
        From the start of its process to its first good answer.
    """

    def __init__(self, contender: Contender, process: subprocess.Popen, port: int, folder: Path):
        self.contender, self.process, self.port, self.folder = contender, process, port, folder
        self.seconds_to_ready = float("nan")

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request on a connection of its own; return status and body."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body or None, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()

    def processes(self) -> list[psutil.Process]:
        """Return the started process and all below it."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """Return the two largest processes below the started one: those that serve."""
        # a single worker may have no parent but the process that was started
        below = self.processes()[1:] or self.processes()
        return sorted(below, key=lambda process: -process.memory_info().rss)[:2]

    def memory(self) -> list[float]:
        """Return megabytes: resident in a worker, its own share of them, the whole service."""
        workers = [process.memory_full_info() for process in self.workers()]
        everyone = sum(process.memory_full_info().pss for process in self.processes())
        resident = statistics.median(worker.rss for worker in workers)
        own = statistics.median(worker.pss for worker in workers)
        return [resident / 2**20, own / 2**20, everyone / 2**20]

    def cpu_seconds(self) -> float:
        """Return the processor time used so far by the whole service."""
        return cpu_seconds(self.process.pid)

    def settle(self, most_s: float = 60.0) -> float:
        """Wait until work put off during the load is done; return the seconds it took."""
        began = quiet_since = time.monotonic()
        used = self.cpu_seconds()
        while time.monotonic() - began < most_s and time.monotonic() - quiet_since < QUIET_S:
            time.sleep(0.1)
            now = self.cpu_seconds()
            if now - used > 0.02:  # more than a fifth of one core
                quiet_since = time.monotonic()
            used = now
        return quiet_since - began

    def kept(self) -> tuple[int, int]:
        """Wait until ml_api keeps no record back; count requests and rows in its database."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            state = json.loads(self.send("GET", "/ready")[1])
            if state["status"] != "ready":
                break
            if not state["store"]["waiting"]:
                with contextlib.closing(sqlite3.connect(self.folder / "predictions.db")) as store:
                    return store.execute("SELECT count(*), sum(rows) FROM predictions").fetchone()
            time.sleep(0.1)
        raise BenchmarkError(f"{self.contender.name} is not well after the load: {state}")


@contextlib.contextmanager
def running(contender: Contender) -> Iterator[Server]:
    """Start a server in an empty folder, wait until it is ready, and stop it at the end."""
    folder, port = WORK / "running" / contender.name, str(free_port())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # what this shell says to a service is no part of "every default on"
    inherited = {name: text for name, text in os.environ.items() if "ML_API" not in name}
    needed = {name: text.replace("{port}", port) for name, text in contender.environ.items()}
    with (folder / "log").open("wb") as log:
        began = time.perf_counter()
        process = subprocess.Popen(  # pylint: disable=consider-using-with  # stopped below
            [part.replace("{port}", port) for part in contender.command],
            cwd=folder,
            env=inherited | needed,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(contender, process, int(port), folder)
    try:
        _wait_until_ready(server)
        server.seconds_to_ready = time.perf_counter() - began
        yield server
    finally:
        _stop(process)


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.send("GET", server.contender.ready)[0] < 500:
                return
        time.sleep(0.003)
    log = (server.folder / "log").read_text(errors="replace")
    raise BenchmarkError(f"{server.contender.name} is not ready:\n{log[-2000:]}")


def _stop(process: subprocess.Popen) -> None:
    """Ask a server to end, and end what is left of it and of all below it."""
    family = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    for left in (*family, process):
        with contextlib.suppress(psutil.NoSuchProcess):
            left.kill()
    process.wait()
