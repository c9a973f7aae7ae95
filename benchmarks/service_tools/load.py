"""A turn of load: wrk on loopback for a few seconds, and what it saw."""

import json
import os
import subprocess
from pathlib import Path

from common import BenchmarkError
from service_tools.servers import HOST, Server

SCRIPT = Path(__file__).with_name("post.lua")
CONNECTIONS = 16
Turn = dict[str, float]  # `requests`, `per_second`, `p50`, `p99` and `cpu_ms`, `left_over_s`


def take_turn(server: Server, size: int, seconds: int) -> Turn:
    """Post bodies of so many rows, over and over for some seconds, and wait until all is done."""
    before = server.cpu_seconds()
    seen = _wrk(server, size, seconds)
    turn = {name: seen[name] / 1000 for name in ("p50", "p99")}  # milliseconds
    turn |= {"requests": seen["requests"], "per_second": seen["requests"] / seen["us"] * 1e6}
    turn["left_over_s"] = server.settle()
    # those that were under way at the end are worked off as well, though nobody waits for them
    worked_off = seen["requests"] + CONNECTIONS
    return turn | {"cpu_ms": (server.cpu_seconds() - before) / worked_off * 1000}


def _wrk(server: Server, size: int, seconds: int) -> dict[str, int]:
    """Run wrk; a single request that is refused or breaks is an error: no time is comparable."""
    contender = server.contender
    url = f"http://{HOST}:{server.port}{contender.path}"
    run = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=30s", "-s", SCRIPT, url],
        env=os.environ | {"BODIES": str(contender.bodies(size))},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise BenchmarkError(f"wrk {url}: {run.stderr.strip() or run.stdout.strip()}")
    seen = json.loads(run.stdout.strip().splitlines()[-1])
    if seen["refused"] or seen["broken"] or not seen["requests"]:
        raise BenchmarkError(f"{contender.name}: not every request was answered well: {seen}")
    return seen
