"""The batch route: JSON lines in, JSON lines out, streamed through one worker."""

import http.client
import json
import re
import statistics
import threading
import time
from dataclasses import replace
from pathlib import Path

from common import BenchmarkError, houses, table
from service_tools.contenders import MODES, all_contenders
from service_tools.servers import HOST, Server, running

ROWS = 20_000
TIMES = 3
CHUNK = 256 * 1024
SECTION = f"""### Batch route

{ROWS:,} rows, JSON lines in and out, streamed, one connection, one worker; median of {TIMES}. Every
row that was answered was in the database afterwards.

"""


def batch_section() -> str:
    """Measure the batch route in both modes; return what it did, as markdown."""
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in houses(ROWS, seed=7))
    starts = range(0, len(lines), CHUNK)
    chunks = [
        b"%x\r\n%b\r\n" % (len(lines[at : at + CHUNK]), lines[at : at + CHUNK]) for at in starts
    ]
    rows = [[mode, *_measure(mode, b"".join(chunks) + b"0\r\n\r\n")] for mode in MODES]
    head = ["mode", "rows/s", "rows/s of processor time", "worker's resident MB before"]
    return SECTION + table([*head, "highest", "after"], rows)


def _measure(mode: str, body: bytes) -> list[str]:
    """Send the rows once to warm up and then several times; return speeds and megabytes."""
    contender = all_contenders()[mode]
    alone = contender.environ | {"ML_API_WORKERS": "1"}
    with running(replace(contender, name=f"{mode}_batch", environ=alone)) as server:
        _send(server, body)
        server.settle()
        before, used = server.memory()[0], server.cpu_seconds()
        seconds = statistics.median(_send(server, body) for _ in range(TIMES))
        server.settle()
        used = server.cpu_seconds() - used
        status = Path(f"/proc/{server.workers()[0].pid}/status").read_text(encoding="ascii")
        highest = int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024
        if server.kept()[1] != ROWS * (TIMES + 1):
            raise BenchmarkError(f"{mode} did not keep every row that its batch route answered")
        figures = [ROWS / seconds, ROWS * TIMES / used, before, highest, server.memory()[0]]
    return [f"{figure:,.0f}" for figure in figures]


def _send(server: Server, body: bytes) -> float:
    """Stream the chunks in while reading the answer; return the seconds it took."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=120)
    began = time.perf_counter()
    connection.putrequest("POST", f"{server.contender.path}/batch")
    connection.putheader("Content-Type", "application/x-ndjson")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    sender = threading.Thread(target=connection.sock.sendall, args=(body,))
    sender.start()
    response = connection.getresponse()
    priced = sum(b'"prediction":null' not in line for line in response)
    seconds = time.perf_counter() - began
    sender.join()
    connection.close()
    if response.status != 200 or priced != ROWS:
        raise BenchmarkError(f"the batch route answers {response.status} and prices {priced} rows")
    return seconds
