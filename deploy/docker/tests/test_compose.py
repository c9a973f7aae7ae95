"""The service, nginx and a database of its own, as compose starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from containers import HOUSE, ROOT, Container, free_port, run, wait_until

STAND_INS = Path(__file__).with_name("stand_ins")
FILE = ROOT / "deploy/docker/compose.yaml"


def _image_of(engine, name):
    """Return docker.io's image, or what stands in for it where no registry can be reached."""
    official = f"docker.io/library/{name}"
    if subprocess.run(
        [engine, "pull", "-q", official], capture_output=True, check=False
    ).returncode:
        base = run("bash", "-c", "source deploy/docker/engine.sh && base_here", ENGINE=engine)
        if not base.startswith("localhost/"):
            pytest.skip(f"not verified: needs {official}, and no registry can be reached")
        target = name.partition(":")[0]
        official = f"localhost/stand-in-{target}"
        flags = ("--network=host", "--pull-never") if engine == "podman" else ()
        run(
            *(engine, "build", "-q", *flags, "--build-arg", f"BASE={base}"),
            *("--target", target, "-t", official, STAND_INS),
        )
    return official


class Composition(Container):
    """The three containers, which are asked where nginx is published."""

    def __init__(self, engine, environment):
        super().__init__(engine, free_port())
        self.environment = environment | {"PUBLISHED_PORT": str(self.port)}
        program = (
            [ROOT / ".venv/bin/podman-compose"] if engine == "podman" else ["docker", "compose"]
        )
        self._compose = [*program, "-p", self.name, "-f", FILE]

    def compose(self, *arguments):
        return run(*self._compose, *arguments, **self.environment)

    def part(self, service):
        """Return the name of a service's container."""
        label = f"--filter=label=com.docker.compose.service={service}"
        return run(self.engine, "ps", "-q", label, f"--filter=name={self.name}")

    def up(self):
        self.compose("up", "-d")
        wait_until(self.is_ready, "nginx, the service and the database answer")

    def audit(self):
        """Return the records in the database."""
        printed = run(self.engine, "exec", self.part("api"), "ml-api", "audit")
        return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture(scope="module", name="composition")
def _composition(engine, image):
    names = {"NGINX_IMAGE": "nginx:1.28", "POSTGRES_IMAGE": "postgres:17"}
    environment = {variable: _image_of(engine, name) for variable, name in names.items()}
    environment |= {"IMAGE": image, "DATABASE_PASSWORD": "nobodyknows"}
    composition = Composition(engine, environment)
    try:
        composition.up()
        yield composition
    finally:
        composition.compose("down", "-v")


def test_a_price_goes_through_nginx_and_is_kept_in_the_database(composition):
    forged = {"X-Request-ID": "through-nginx", "X-Forwarded-For": "203.0.113.9"}

    status, answer = composition.price(HOUSE, **forged)

    assert status == 200 and answer["predictions"][0] > 0
    assert "through-nginx" in [record["request_id"] for record in composition.audit()]
    logged = run("bash", "-c", f"{composition.engine} logs {composition.part('api')} 2>&1")
    assert "through-nginx" in logged
    assert "203.0.113.9" not in logged, "a client says for itself where it comes from"


def test_nginx_alone_is_published_and_does_not_reach_the_database(composition):
    published = {
        service: run(composition.engine, "port", composition.part(service))
        for service in ("nginx", "api", "database")
    }
    hosts = "getent hosts api && ! getent hosts database"
    run(composition.engine, "exec", composition.part("nginx"), "sh", "-c", hosts)

    assert published.pop("nginx").endswith(f"127.0.0.1:{composition.port}")
    assert not any(published.values()), published


def test_a_service_that_was_killed_comes_back_and_nginx_finds_it(composition):
    process = int(
        run(composition.engine, "inspect", "-f", "{{.State.Pid}}", composition.part("api"))
    )

    os.kill(process, signal.SIGKILL)

    wait_until(lambda: not Path(f"/proc/{process}").exists(), "the service has ended")
    wait_until(composition.is_ready, "it is back")
    assert composition.price(HOUSE)[0] == 200


def test_records_outlive_all_three_containers(composition):
    composition.price(HOUSE, **{"X-Request-ID": "before"})

    composition.compose("down")
    composition.up()

    assert "before" in [record["request_id"] for record in composition.audit()]
