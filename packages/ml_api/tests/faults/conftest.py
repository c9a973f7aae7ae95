"""Real servers, real databases and real faults."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path

import pytest

from faults.load import Load


@pytest.fixture
def load():
    """Start clients; all are stopped at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda server, **options: stack.enter_context(Load(server, **options))


@pytest.fixture
def small_disk():
    """A file system of 16 MB, which is quickly full."""
    # not below pytest's folder, which only its owner may enter
    folder = Path(tempfile.mkdtemp(prefix="ml_api-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("not verified: needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture
def small_postgres(postgres, small_disk):
    """The URL of a database in PostgreSQL whose tables are on the small disk."""
    with postgres.database_on(small_disk) as url:
        yield url


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
