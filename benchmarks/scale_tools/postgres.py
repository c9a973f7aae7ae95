"""A PostgreSQL server of our own on a free port, with its settings as they come."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service_tools.servers import HOST, free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def missing() -> str:
    """Return what is missing to run one, or nothing."""
    if not PROGRAMS:
        return (
            "PostgreSQL is not installed in /usr/lib/postgresql (on Debian: apt install postgresql)"
        )
    return "" if importlib.util.find_spec("psycopg") else "psycopg is not installed"


@contextmanager
def running() -> Iterator[tuple[str, int]]:
    """Give the URL of an empty database and the number of the server's process."""
    # not below .bench, which the user it runs as may not be able to enter
    folder = Path(tempfile.mkdtemp(prefix="scale-postgres-"))
    try:
        if os.getuid() == 0:  # as whom it refuses to run
            shutil.chown(folder, "postgres", "postgres")
        _run("initdb", folder, "--auth=trust", "--username=postgres", "--encoding=UTF8")
        port = free_port()
        options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories=''"
        _run("pg_ctl", folder, "start", "--wait", f"--log={folder}/log", f"--options={options}")
        try:
            pid = (folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
            yield f"postgresql+psycopg://postgres@{HOST}:{port}/postgres", int(pid)
        finally:
            _run("pg_ctl", folder, "stop", "--mode=fast")
    finally:
        shutil.rmtree(folder)


def _run(program: str, folder: Path, *options: str) -> None:
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [*(user if os.getuid() == 0 else []), PROGRAMS[-1].with_name(program)]
    data = f"--pgdata={folder}/data"
    subprocess.run([*command, data, *options], check=True, cwd="/", stdout=subprocess.DEVNULL)
