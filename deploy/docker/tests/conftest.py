"""An engine, the image built by it, and a container of that image."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from containers import run, started


@pytest.fixture(scope="session", name="engine")
def _engine():
    for name in ("docker", "podman"):
        if shutil.which(name) and not subprocess.call(
            [name, "info"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ):
            return name
    return pytest.skip("not verified: needs docker or podman (sudo apt install podman)")


@pytest.fixture(scope="session", name="image")
def _image(engine):
    name = "localhost/ml-api-under-test"
    run("bash", "deploy/docker/build.sh", ENGINE=engine, IMAGE=name, MINE="")
    yield f"{name}:latest"
    run(engine, "image", "rm", "--force", name)


@pytest.fixture(scope="session", name="service")
def _service(engine, image):
    with started(engine, image) as container:
        yield container
