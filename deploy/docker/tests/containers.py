"""Containers of the image, from outside."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

from regression_model.simulation import simulate_sales

ROOT = Path(__file__).parents[3]
UP_S = 30
HOUSE = json.loads(simulate_sales(1).drop(columns=["Id", "SalePrice"]).to_json(orient="records"))[0]


def run(*command, cwd=ROOT, **environment):
    """Run a command, which is to succeed, and return what it printed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout.strip()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(ready, what):
    """Ask `ready` until it says yes."""
    end = time.monotonic() + UP_S
    while not ready():
        assert time.monotonic() < end, f"not within {UP_S} s: {what}"
        time.sleep(0.02)


class Container:
    """A container of the service, from outside."""

    def __init__(self, engine, port):
        self.engine, self.port, self.name = engine, port, f"ml-api-{uuid.uuid4().hex[:8]}"

    def ask(self, method, path, body=None, **headers):
        """Return status and JSON (or None) of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=UP_S)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"} | headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(said) if "json" in answer.headers["Content-Type"] else said

    def price(self, *houses, **headers):
        return self.ask("POST", "/v1/predict/regression", list(houses), **headers)

    def is_ready(self):
        try:
            return self.ask("GET", "/ready")[0] == 200
        except OSError:
            return False

    @property
    def logs(self):
        both = subprocess.run(
            [self.engine, "logs", self.name], capture_output=True, text=True, check=False
        )
        return both.stdout + both.stderr

    def inspect(self, what):
        return run(self.engine, "inspect", "--format", "{{%s}}" % what, self.name)


@contextmanager
def started(engine, image, *options):
    """Run the image as strictly as a platform would, until the block ends."""
    container = Container(engine, free_port())
    run(
        *(engine, "run", "--detach", "--name", container.name),
        *("--read-only", "--tmpfs", "/tmp", "--cap-drop=all", "--memory=512m"),
        *("--security-opt=no-new-privileges", f"--publish=127.0.0.1:{container.port}:8000"),
        *options,
        image,
    )
    try:
        wait_until(container.is_ready, container.logs)
        yield container
    finally:
        subprocess.run([engine, "kill", container.name], capture_output=True, check=False)
        run(engine, "rm", "--force", "--volumes", container.name)
