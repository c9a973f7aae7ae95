"""Looking at the service from outside: what it says of itself, and whether it kept its word."""

from __future__ import annotations

import json
import re
from typing import Any

from kept import kept_ids
from servers import RunningServer, wait_until

from faults.load import Load


def ready(server: RunningServer) -> dict[str, Any]:
    """Return what /ready says: in a 503 when it says that nothing can be kept."""
    status, _, body = server.request("GET", "/ready")
    state = json.loads(body)
    assert status == (503 if state["status"] == "unavailable" else 200)
    return state


def metric(server: RunningServer, name: str) -> int:
    """Return a number out of /metrics, summed over all workers."""
    text = server.request("GET", "/metrics")[2].decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, text
    return int(float(found[1]))


def wait_for_trouble(server: RunningServer, says: str) -> None:
    """Wait until /ready says that nothing can be kept, and why."""

    def in_trouble() -> bool:
        # in one answer: the next may come from a worker that found room for its last record
        state = ready(server)
        store = state["store"]
        trouble = (state["status"], store["status"]) == ("unavailable", "away")
        return trouble and says in store["error"]

    wait_until(in_trouble, f"/ready to say {says!r}, not {ready(server)}")


def wait_until_well(server: RunningServer) -> None:
    """Wait until /ready says that all is well."""
    wait_until(lambda: ready(server)["status"] == "ready", "/ready to say that all is well again")


def assert_nothing_is_missing(clients: Load, url: str) -> None:
    """Every answer is kept; so may be what was done when the connection or the database broke."""
    answered, stored = set(clients.answered), set(kept_ids(url))

    assert not clients.untrue
    assert answered <= stored <= answered | set(clients.broken) | set(clients.refused)
