"""Plain mode: databases that are away, locked and full while clients ask, and come back.

What cannot be kept is not answered but refused, with a 503, and /ready says so; what was answered
is in the database; and when the database is back, all goes on without a restart.
"""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from abuse import GOOD, JSON, PREDICT, rows
from kept import kept, kept_ids
from servers import wait_until

from faults.ledger import assert_nothing_is_missing, ready, wait_for_trouble, wait_until_well

pytestmark = pytest.mark.slow


class SqliteFile:
    """Predictions in a file of SQLite."""

    def __init__(self, folder):
        self._folder = folder / "data"
        self._folder.mkdir()
        self.url = f"sqlite:///{self._folder}/predictions.db"

    @contextmanager
    def away(self):
        """Have no such folder, as when a volume is not mounted yet."""
        self._folder.rename(self._folder.with_name("elsewhere"))
        yield "unable to open"
        self._folder.with_name("elsewhere").rename(self._folder)

    @contextmanager
    def locked(self):
        """Hold the lock that every writer needs."""
        path = self._folder / "predictions.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield "locked"


class PostgresDatabase:
    """Predictions in a real PostgreSQL."""

    def __init__(self, server, options=""):
        self._server = server
        self.url = server.new_database(options)

    @contextmanager
    def away(self):
        """Stop the whole server."""
        self._server.stop()
        yield ""  # what a driver says differs
        self._server.start()

    @contextmanager
    def locked(self):
        """Hold the table, as a migration would."""
        with self._connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE predictions IN ACCESS EXCLUSIVE MODE")
            yield "timeout"

    @contextmanager
    def read_only(self):
        """Take nothing any more, as a managed database does when its disk is full."""
        name = self.url.rpartition("/")[2]
        with self._connect() as connection:
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            self._throw_others_out(connection)
            yield "read-only"
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            self._throw_others_out(connection)

    def _throw_others_out(self, connection):
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _connect(self):
        return self._server.connect(self.url.rpartition("/")[2])


@contextmanager
def full_disk(filled, says):
    """Have no room on the disk where the tables are."""
    filling = filled()
    yield says
    filling.unlink()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return SqliteFile(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres"))


def go_through(trouble, start_server, load, url):
    """Ask before, during and after the trouble; /ready must say that it came and went."""
    server = start_server(ML_API_STORE=url)
    clients = load(server)
    clients.wait_for(20)
    with trouble as says:
        clients.wait_for_refusals(4)
        wait_for_trouble(server, says)
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)

    assert not clients.broken
    assert "Traceback" not in server.errors()
    assert_nothing_is_missing(clients, url)


def test_predictions_can_be_read_back_as_they_were(start_server, load, database):
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    clients.wait_for(50)
    clients.stop()
    assert server.stop() == 0

    records = kept(database.url)
    assert {each["request_id"]: each["response"] for each in records} == clients.answered
    assert all(each["request"] == [GOOD] for each in records)
    assert {(each["rows"], each["refused"]) for each in records} == {(1, 0)}


def test_a_database_that_goes_away_and_comes_back(start_server, load, database):
    go_through(database.away(), start_server, load, database.url)


def test_a_database_that_is_locked_for_a_while(start_server, load, database):
    go_through(database.locked(), start_server, load, database.url)


def test_a_postgresql_that_refuses_to_write_for_a_while(start_server, load, postgres):
    database = PostgresDatabase(postgres)
    go_through(database.read_only(), start_server, load, database.url)


def test_a_postgresql_whose_disk_is_full(small_postgres, filled, start_server, load):
    go_through(full_disk(filled, "No space left"), start_server, load, small_postgres)


def test_a_sqlite_whose_disk_is_full(small_disk, filled, start_server, load):
    url = f"sqlite:///{small_disk}/predictions.db"
    go_through(full_disk(filled, "full"), start_server, load, url)


def test_a_database_that_is_away_at_the_start_is_used_when_it_is_there(
    start_server, load, tmp_path
):
    database = SqliteFile(tmp_path)
    with database.away() as says:
        server = start_server(ML_API_STORE=database.url)
        clients = load(server)
        wait_for_trouble(server, says)
        assert not clients.answered
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)

    assert_nothing_is_missing(clients, database.url)


def test_a_file_that_is_removed_while_it_is_written_to_is_begun_anew_by_every_worker(
    start_server, load, tmp_path
):
    database = SqliteFile(tmp_path)
    server = start_server(ML_API_STORE=database.url)
    load(server).stop()
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    clients = load(server)
    clients.wait_for(50)
    clients.stop()

    assert not clients.broken
    assert_nothing_is_missing(clients, database.url)
    # /ready speaks for the worker that answers; the other one may not have met the old file
    wait_until(lambda: ready(server)["store"]["warning"], "/ready to say so")
    assert ready(server)["status"] == "ready"
    assert "removed or replaced" in server.errors()


# as old databases are: they take no emoji
LATIN1 = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
UNHEARD_OF = rows(GOOD | {"Neighborhood": "Old Town \U0001f3e0"})


def test_a_record_that_postgresql_will_never_take_is_refused_and_holds_up_no_other(
    start_server, load, postgres
):
    database = PostgresDatabase(postgres, LATIN1)
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    status, _, _ = server.request(
        "POST", PREDICT, UNHEARD_OF, JSON | {"X-Request-ID": "unheard-of"}
    )
    clients.wait_for(50)
    clients.stop()

    assert status == 503
    assert not clients.refused and not clients.broken
    assert ready(server)["status"] == "ready"
    assert kept_ids(database.url) == sorted(clients.answered)
    assert '"request_id":"unheard-of"' in server.errors()
    assert "Old Town" not in server.errors()
