"""A PostgreSQL server of our own on a free port, with its settings as they come."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service_tools.servers import HOST, free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@contextmanager
def running() -> Iterator[tuple[str, int]]:
    """Give the URL of an empty database and the number of the server's process."""
    # not below .bench, which the user it runs as may not be able to enter
    with tempfile.TemporaryDirectory(prefix="scale-postgres-") as name:
        folder, port = Path(name), free_port()
        if os.getuid() == 0:  # as whom it refuses to run
            shutil.chown(folder, "postgres", "postgres")
        _run("initdb", folder, "--auth=trust", "--username=postgres", "--encoding=UTF8")
        options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories=''"
        _run("pg_ctl", folder, "start", "--wait", f"--log={folder}/log", f"--options={options}")
        pid = (folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
        try:
            yield f"postgresql+psycopg://postgres@{HOST}:{port}/postgres", int(pid)
        finally:
            _run("pg_ctl", folder, "stop", "--mode=fast")


def _run(program: str, folder: Path, *options: str) -> None:
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [*(user if os.getuid() == 0 else []), PROGRAMS[-1].with_name(program)]
    data = f"--pgdata={folder}/data"
    subprocess.run([*command, data, *options], check=True, cwd="/", stdout=subprocess.DEVNULL)
