"""The batch route: JSON lines in, JSON lines out, streamed through one worker."""

from __future__ import annotations

import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service_tools.contenders import WORK, all_contenders
from service_tools.load import LoadError
from service_tools.prepare import houses
from service_tools.servers import HOST, Server, running

PATH = "/v1/predict/regression/batch"
ROWS = 100_000
TIMES = 3
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Batch:
    """What was measured: rows a second, rows a second of processor time, memory in megabytes."""

    rows: int
    times: int
    per_second: float
    per_cpu_second: float
    before_mb: float
    peak_mb: float
    after_mb: float


def measure_batch() -> Batch | None:
    """Send the rows several times through a service of one worker; watch its memory.

    Returns None for a service that has no such route.
    """
    contender, lines = all_contenders()["bare"], write_lines()
    environ = contender.environ | {"ML_API_WORKERS": "1"}
    with running("batch", contender.command, contender.ready, WORK, environ) as server:
        if server.send("POST", PATH)[0] == 404:
            return None
        before = server.memory().resident
        with Watch(server) as watch:
            used = server.cpu_seconds()
            speed = statistics.median(ROWS / send(server, lines) for _ in range(TIMES))
            used = server.cpu_seconds() - used
        after = server.memory().resident
    return Batch(ROWS, TIMES, speed, ROWS * TIMES / used, before, watch.peak_mb, after)


def write_lines() -> Path:
    """Write the rows, one a line."""
    path = WORK / "batch.jsonl"
    if not path.exists():
        rows = [json.dumps(row) for row in houses(10_000, seed=7)]
        path.write_text("\n".join(rows * (ROWS // len(rows))) + "\n", encoding="utf-8")
    return path


class Watch:
    """Notes the highest resident memory of a server's worker while it is open."""

    def __init__(self, server: Server):
        self._worker = server.workers()[0]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.peak_mb = 0.0

    def _look(self) -> None:
        while not self._done.wait(0.02):
            self.peak_mb = max(self.peak_mb, self._worker.memory_info().rss / 2**20)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def send(server: Server, lines: Path) -> float:
    """Stream the file in while reading the answer; return the seconds it took.

    Raises
    ------
    LoadError
        If the answer is not one good line for each row.
    """
    with socket.create_connection((HOST, server.port), timeout=120) as connection:
        began = time.perf_counter()
        sender = threading.Thread(target=_send_chunked, args=(connection, lines), daemon=True)
        sender.start()
        status, count = _count_lines(connection)
        seconds = time.perf_counter() - began
        sender.join(10)
    if status != 200 or count != ROWS:
        raise LoadError(f"the batch route answers {status} with {count} lines for {ROWS} rows")
    return seconds


def _send_chunked(connection: socket.socket, lines: Path) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-ndjson\r\n"
    connection.sendall(f"{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode())
    with lines.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    connection.sendall(b"0\r\n\r\n")


def _count_lines(connection: socket.socket) -> tuple[int, int]:
    """Read status and number of lines of the answer; the frames of chunks are not counted."""
    pieces = _received(connection)
    head, _, rest = _until_body(pieces)
    count = rest.count(b'"prediction"')
    tail = rest[-20:]
    for piece in pieces:
        joined = tail + piece
        count += joined.count(b'"prediction"') - tail.count(b'"prediction"')
        tail = joined[-20:]
    return int(head.split(b" ", 2)[1]), count


def _until_body(pieces: Iterator[bytes]) -> tuple[bytes, bytes, bytes]:
    got = b""
    for piece in pieces:
        got += piece
        if b"\r\n\r\n" in got:
            break
    return got.partition(b"\r\n\r\n")


def _received(connection: socket.socket) -> Iterator[bytes]:
    while piece := connection.recv(2**20):
        yield piece
