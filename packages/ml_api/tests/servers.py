"""Real servers for tests: `ml-api` in a process of its own on a free port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

PATIENCE_S = 30


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, **variables: Any) -> dict[str, str]:
    """Return the environment of a server that keeps its files in `folder`."""
    inherited = {name: value for name, value in os.environ.items() if name != "PORT"}
    given = {name: str(value) for name, value in variables.items()}
    own = {"ML_API_STORE": f"sqlite:///{folder}/predictions.db", "SERVER_FOLDER": str(folder)}
    return inherited | own | {"PORT": str(free_port())} | given


def wait_until(condition, what: str, patience_s: float = PATIENCE_S):
    """Return the first true value of `condition()`; fail when it takes too long."""
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        if value := condition():
            return value
        time.sleep(0.005)  # between two looks, so that the server gets the processor
    raise TimeoutError(f"waited {patience_s} s for {what}")


class RunningServer:
    """`ml-api`, or another command that serves, as a process; a context manager."""

    def __init__(self, variables: dict[str, str], *command: str):
        self.variables = variables
        self._command = command or (sys.executable, "-m", "ml_api")
        self.port = int(variables["PORT"])
        self.folder = Path(variables["SERVER_FOLDER"])
        self.host = variables.get("ASK_AT", "127.0.0.1")
        self.process: subprocess.Popen | None = None

    def start(self) -> RunningServer:
        """Start and wait until it answers."""
        with open(self.folder / "out.log", "ab") as out, open(self.folder / "err.log", "ab") as err:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with  # see stop
                self._command,
                env=self.variables,
                cwd=self.folder,
                stdout=out,
                stderr=err,
            )
        wait_until(self.is_up, f"the server to come up: {self.errors()}")
        return self

    def is_up(self) -> bool:
        """Whether it answers; raises when it has ended instead."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended: {self.errors()}")
        try:
            return self.request("GET", "/health")[0] == 200
        except OSError:
            return False

    def answering(self) -> set[int]:
        """Return the process ids of the workers that have answered so far."""
        lines = (self.folder / "out.log").read_text("utf-8").splitlines(keepends=True)
        return {json.loads(line)["pid"] for line in lines if line.endswith("\n")}

    def stop(self) -> int:
        """Stop as an operator would, and return the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        # gunicorn gives open connections 30 s to end, and at times a silent one takes them all
        return self.process.wait(2 * PATIENCE_S)

    def request(self, method: str, path: str, body: bytes = b"", headers: dict | None = None):
        """Send one request; return status, headers and body."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """Return a connection to it."""
        return socket.create_connection((self.host, self.port), PATIENCE_S)

    def raw(self, data: bytes, *, and_leave: bool = False) -> bytes:
        """Send bytes as they are; return all that comes back until the server closes."""
        with self.connect() as connection:
            connection.sendall(data)
            if and_leave:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def errors(self) -> str:
        """Return what it wrote on standard error."""
        return (self.folder / "err.log").read_text("utf-8")

    def __enter__(self) -> RunningServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
