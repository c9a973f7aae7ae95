"""A PostgreSQL server of our own on a free port, to be stopped, started and locked at will."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servers import PATIENCE_S, free_port, wait_until

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
# nobody but the test uses it, and it is thrown away afterwards
OPTIONS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}


class Postgres:
    """A PostgreSQL server; a context manager."""

    def __init__(self, binaries: Path):
        self._binaries = binaries
        self._port = free_port()
        self._process: subprocess.Popen | None = None
        self._numbers = itertools.count()
        # not below pytest's folder, which only its owner may enter
        self._folder = Path(tempfile.mkdtemp(prefix="ml_api-postgres-"))

    @classmethod
    def found(cls) -> Postgres:
        """Return the server of this machine, or skip the test."""
        pytest.importorskip("psycopg", reason="not verified: needs psycopg")
        if not BINARIES:
            pytest.skip("not verified: needs PostgreSQL")
        return cls(BINARIES[-1].parent)

    def __enter__(self) -> Postgres:
        self._give(self._folder)
        options = ["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8"]
        data = f"--pgdata={self._folder}"
        command = self._command("initdb", *options, data)
        subprocess.run(command, check=True, capture_output=True, cwd="/")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = [f"--{name}={value}" for name, value in OPTIONS.items()]
        command = self._command("postgres", "-D", str(self._folder), f"--port={self._port}")
        with (self._folder / "server.log").open("ab") as log:
            # pylint: disable-next=consider-using-with  # stop ends it
            self._process = subprocess.Popen(command + options, stdout=log, stderr=log, cwd="/")
        wait_until(self._is_up, "PostgreSQL to come up")

    def stop(self) -> None:
        """Stop it without waiting for its clients, who lose their connections."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)

    def new_database(self, options: str = "") -> str:
        """Make an empty database and return its URL for SQLAlchemy."""
        name = f"test_{next(self._numbers)}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} {options}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{name}"

    @contextmanager
    def database_on(self, disk: Path) -> Iterator[str]:
        """Make a database whose tables are on another disk, and drop it at the end.

        What is kept there can fill it up; were the server's own log of changes on a full disk, the
        server would end.
        """
        url = self.new_database()
        name = url.rpartition("/")[2]
        folder = disk / name
        folder.mkdir()
        self._give(folder)
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
            connection.execute(f"ALTER DATABASE {name} SET default_tablespace = {name}")
            yield url
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"DROP TABLESPACE {name}")

    def connect(self, database: str):
        """Return a connection that commits each statement."""
        import psycopg  # pylint: disable=import-outside-toplevel

        where = {"host": "127.0.0.1", "port": self._port, "user": "postgres"}
        return psycopg.connect(**where, dbname=database, autocommit=True)

    @staticmethod
    def _give(folder: Path) -> None:
        if os.getuid() == 0:  # as whom it refuses to run
            shutil.chown(folder, "postgres", "postgres")

    def _is_up(self) -> bool:
        import psycopg  # pylint: disable=import-outside-toplevel

        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self, program: str, *arguments: str) -> list[str]:
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return [*(user if os.getuid() == 0 else []), str(self._binaries / program), *arguments]
