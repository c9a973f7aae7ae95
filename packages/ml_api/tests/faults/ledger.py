"""Looking at the service from outside: what it says of itself, what it kept."""

from __future__ import annotations

import json
import re
from typing import Any

from ml_api.database import Database
from servers import RunningServer, wait_until


def ready(server: RunningServer) -> dict[str, Any]:
    """Return what /ready says."""
    status, _, body = server.request("GET", "/ready")
    assert status == 200
    return json.loads(body)


def metric(server: RunningServer, name: str) -> int:
    """Return a number out of /metrics, summed over all workers."""
    text = server.request("GET", "/metrics")[2].decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, text
    return int(float(found[1]))


def log_of(server: RunningServer) -> list[dict[str, Any]]:
    """Return what the server wrote on standard error, line by line."""
    return [json.loads(line) for line in server.errors().splitlines()]


def kept(url: str) -> list[dict[str, Any]]:
    """Return every record in the database."""
    database = Database(url)
    try:
        return list(database.records())
    finally:
        database.forget_connection()


def kept_ids(url: str) -> list[str]:
    """Return the request ids in the database, sorted."""
    return sorted(record["request_id"] for record in kept(url))


def wait_for_trouble(server: RunningServer, says: str) -> None:
    """Wait until /ready says that predictions are not stored, and why."""

    def in_trouble() -> bool:
        state = ready(server)
        behind = state["status"] == "degraded" and state["store"]["status"] == "behind"
        return behind and says in state["store"]["error"]

    wait_until(in_trouble, f"/ready to say {says!r}, not {ready(server)}")


def wait_until_storing(server: RunningServer) -> None:
    """Wait until the first predictions are in the database."""

    def is_storing() -> bool:
        state = ready(server)
        return state["status"] == "ready" and state["store"]["saved"] > 0

    wait_until(is_storing, "the first predictions to be stored")


def wait_until_well(server: RunningServer) -> None:
    """Wait until /ready says that all is well and nothing waits."""

    def all_well() -> bool:
        state = ready(server)
        return state["status"] == "ready" and not state["store"]["waiting_bytes"]

    wait_until(all_well, "/ready to say that all is well again")
