"""A PostgreSQL server of our own, on a free port, for as long as a test needs it."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@contextmanager
def running_postgres():
    """Give the URL of an empty database, which is thrown away afterwards."""
    # not below pytest's folder, which only its owner may enter
    folder = Path(tempfile.mkdtemp(prefix="regression_model-postgres-"))
    try:
        if os.getuid() == 0:  # as whom it refuses to run
            shutil.chown(folder, "postgres", "postgres")
        run("initdb", folder, "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        port = free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -F"
        run("pg_ctl", folder, "start", "--wait", f"--log={folder}/log", f"--options={options}")
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", folder, "stop", "--mode=fast")
    finally:
        shutil.rmtree(folder)


def run(program, folder, *options):
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [*(user if os.getuid() == 0 else []), PROGRAMS[-1].with_name(program)]
    # the server inherits its output, so none of it may be a pipe that is waited for
    subprocess.run(
        [*command, f"--pgdata={folder}/data", *options],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
    )


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
