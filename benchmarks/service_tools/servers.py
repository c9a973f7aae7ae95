"""Servers under test: started on a free port, timed until ready, looked at, always stopped."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

HOST = "127.0.0.1"
PATIENCE_S = 120.0
STOP_S = 15.0
POLL_S = 0.003


class ServerError(RuntimeError):
    """A server did not start, or ended by itself."""


@dataclass(frozen=True)
class Memory:
    """Megabytes: the two largest workers (median), and the whole service counted fairly."""

    resident: float
    proportional: float
    service: float


class Server:
    """One running server; made by `running`."""

    def __init__(self, process: subprocess.Popen, port: int, log: Path):
        self.process, self.port, self.log = process, port, log
        self.seconds_to_ready = float("nan")

    def url(self, path: str) -> str:
        """Return the address of a route."""
        return f"http://{HOST}:{self.port}{path}"

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request on a connection of its own; return status and body."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Post JSON."""
        return self.send("POST", path, body, {"Content-Type": "application/json"})

    def processes(self) -> list[psutil.Process]:
        """Return the started process and all below it."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """Return the two largest processes below the started one: those that serve."""
        # a single worker may have no parent but the process that was started
        below = self.processes()[1:] or self.processes()
        return sorted(below, key=lambda process: -process.memory_info().rss)[:2]

    def memory(self) -> Memory:
        """Measure how much memory the workers and the whole service take."""
        workers = [process.memory_full_info() for process in self.workers()]
        everyone = [process.memory_full_info().pss for process in self.processes()]
        return Memory(
            statistics.median(worker.rss for worker in workers) / 2**20,
            statistics.median(worker.pss for worker in workers) / 2**20,
            sum(everyone) / 2**20,
        )

    def cpu_seconds(self) -> float:
        """Return the processor time used so far by all processes, those that ended included."""
        return sum(sum(process.cpu_times()[:4]) for process in self.processes())

    def libraries(self) -> set[str]:
        """Return which heavy packages have compiled parts mapped into a worker."""
        heavy = {"sklearn", "pandas", "scipy"}
        paths = [each.path for worker in self.workers() for each in worker.memory_maps()]
        return {name for name in heavy if any(f"/{name}/" in path for path in paths)}

    def settle(self, most_s: float = 30.0) -> float:
        """Wait until work put off during the load is done; return the seconds it took."""
        began = quiet_since = time.monotonic()
        used = self.cpu_seconds()
        while time.monotonic() - began < most_s:
            time.sleep(0.1)
            now = self.cpu_seconds()
            if now - used > 0.02:  # more than a fifth of one core
                quiet_since = time.monotonic()
            used = now
            if time.monotonic() - quiet_since > 0.35:
                break
        return max(quiet_since - began, 0.0)


@contextlib.contextmanager
def running(
    name: str, command: list[str], ready: str, folder: Path, environ: Mapping[str, str]
) -> Iterator[Server]:
    """Start a server, wait until it is ready, and stop it at the end.

    Parameters
    ----------
    name : str
        Names the log file.
    command : list of str
        `{port}` in it stands for the port.
    ready : str
        Path that answers 200 as soon as requests can be served.
    folder : Path
        Where to put the log.
    environ : mapping
        Environment beyond our own; `{port}` as in the command.

    Raises
    ------
    ServerError
        If it is not ready in time; the message ends with its log.
    """
    port, log = free_port(), folder / f"{name}.log"
    fill = {"{port}": str(port)}
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(  # pylint: disable=consider-using-with  # stopped below
            [_filled(part, fill) for part in command],
            env=os.environ | {key: _filled(value, fill) for key, value in environ.items()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, port, log)
    try:
        wait_until_ready(server, ready)
        server.seconds_to_ready = time.perf_counter() - began
        yield server
    finally:
        stop(process)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        text = str(text).replace(mark, value)
    return text


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_until_ready(server: Server, path: str) -> None:
    """Ask until the answer is 200."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.send("GET", path)[0] == 200:
                return
        time.sleep(POLL_S)
    tail = server.log.read_text(errors="replace")[-2000:]
    raise ServerError(f"{server.log.stem} is not ready:\n{tail}")


def stop(process: subprocess.Popen) -> None:
    """Ask a server to end, and end what is left of it."""
    family = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    left = [child for child in family if child.is_running()]
    for child in psutil.wait_procs(left, 2)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    process.kill()
    process.wait()
