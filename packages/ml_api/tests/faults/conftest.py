"""Real servers, real databases and real faults."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from faults.load import Load
from faults.postgres import Postgres


@pytest.fixture
def load():
    """Start clients; all are stopped at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda server, **options: stack.enter_context(Load(server, **options))


@pytest.fixture(scope="session")
def postgres():
    """One PostgreSQL server for all tests; each makes a database of its own in it."""
    with Postgres.found() as running:
        yield running


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MB, which is quickly full."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("not verified: needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def filled(small_disk):
    """Fill the small disk to its last byte; `filled.unlink()` makes room again."""

    def fill() -> Path:
        filling = small_disk / "filling"
        with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        return filling

    return fill
