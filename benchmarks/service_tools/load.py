"""Load: wrk on loopback for a few seconds, and what it saw."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("post.lua")
CONNECTIONS = 16


class LoadError(RuntimeError):
    """The load could not be made, or not every answer was a good one."""


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, and times in milliseconds."""

    per_second: float
    p50: float
    p99: float
    requests: int


def require_wrk() -> None:
    """Say what to install when wrk is missing."""
    if shutil.which("wrk") is None:
        raise LoadError("wrk makes the load and is not installed here: apt install wrk")


def put_load(url: str, bodies: Path, seconds: int, threads: int = 1) -> Load:
    """Post the `bodies`, one a line, over and over for some seconds.

    Raises
    ------
    LoadError
        If wrk fails, or a single request was refused or broke: its time would not be comparable.
    """
    command = ["wrk", f"-t{threads}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s"]
    run = subprocess.run(
        [*command, "-s", SCRIPT, url],
        env=os.environ | {"BODIES": str(bodies)},
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    if run.returncode:
        raise LoadError(f"wrk {url}: {run.stderr.strip() or run.stdout.strip()}")
    seen = json.loads(run.stdout.strip().splitlines()[-1])
    if seen["refused"] or seen["broken"] or not seen["requests"]:
        raise LoadError(f"{url}: not every request was answered well: {seen}")
    return Load(
        seen["requests"] / seen["us"] * 1e6,
        seen["p50"] / 1000,
        seen["p99"] / 1000,
        seen["requests"],
    )
