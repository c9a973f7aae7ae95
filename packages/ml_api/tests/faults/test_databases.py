"""Databases that are away, locked and full while clients ask, and come back.

Every answered request is in the database in the end, or counted as lost or refused; meanwhile it
waits in the spool, and /ready says so.
"""

import sqlite3
from contextlib import contextmanager
from pathlib import Path

import pytest
from ml_api.spool import SegmentReader

from abuse import GOOD, JSON, PREDICT, rows
from models import make_model
from servers import wait_until

from faults.ledger import (
    kept,
    kept_ids,
    log_of,
    metric,
    ready,
    wait_for_trouble,
    wait_until_storing,
    wait_until_well,
)


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
        with self._connect() as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield "locked"
            connection.rollback()
        connection.close()

    def _connect(self):
        return sqlite3.connect(self._folder / "predictions.db", isolation_level=None)


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
    def full(self):
        """Take nothing any more, as a managed database does when its disk is full."""
        name = self.url.rpartition("/")[2]
        with self._connect() as connection:
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            self._throw_others_out(connection)
            yield "read-only"
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            self._throw_others_out(connection)

    def run(self, statement):
        """Run a statement, as an operator would."""
        with self._connect() as connection:
            connection.execute(statement)

    def _throw_others_out(self, connection):
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _connect(self):
        return self._server.connect(self.url.rpartition("/")[2])


@contextmanager
def full_disk(filled):
    """Have no room on the disk where the tables are."""
    filling = filled()
    yield "No space left"
    filling.unlink()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return SqliteFile(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres"))


def go_through(trouble, server, clients):
    """Ask before, during and after the trouble; /ready must say that it came and went."""
    wait_until_storing(server)
    with trouble as says:
        clients.wait_for(50)
        wait_for_trouble(server, says)
        clients.wait_for(50)
    clients.wait_for(20)
    clients.stop()
    wait_until_well(server)


def assert_nothing_was_lost(server, clients, url):
    assert not clients.untrue and not clients.broken
    assert metric(server, "ml_api_store_lost_total") == 0
    assert kept_ids(url) == sorted(clients.answered)


def test_predictions_can_be_read_back_as_they_were(start_server, load, database):
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    clients.stop()
    assert server.stop() == 0

    records = kept(database.url)
    assert {each["request_id"]: each["response"] for each in records} == clients.answered
    assert all(each["request"] == [GOOD] for each in records)
    assert {(each["rows"], each["refused"]) for each in records} == {(1, 0)}


def test_a_sqlite_that_is_away_at_the_start_has_all_in_the_end(start_server, load, tmp_path):
    database = SqliteFile(tmp_path)
    server = start_server(ML_API_STORE=database.url)
    with database.away():
        clients = load(server)
        wait_for_trouble(server, "")
        clients.wait_for(50)
        clients.stop()
    wait_until_well(server)

    assert_nothing_was_lost(server, clients, database.url)


def test_a_postgresql_that_goes_away_and_comes_back_has_all_in_the_end(
    start_server, load, postgres
):
    database = PostgresDatabase(postgres)
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    go_through(database.away(), server, clients)

    assert_nothing_was_lost(server, clients, database.url)


def test_a_locked_sqlite_holds_nobody_up(start_server, load, tmp_path):
    database = SqliteFile(tmp_path)
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    go_through(database.locked(), server, clients)

    assert_nothing_was_lost(server, clients, database.url)


def test_a_locked_postgresql_holds_nobody_up(start_server, load, postgres):
    database = PostgresDatabase(postgres)
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    go_through(database.locked(), server, clients)

    assert_nothing_was_lost(server, clients, database.url)


def test_a_postgresql_that_refuses_to_write_gets_all_later(start_server, load, postgres):
    database = PostgresDatabase(postgres)
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    go_through(database.full(), server, clients)

    assert_nothing_was_lost(server, clients, database.url)


def test_a_postgresql_whose_disk_is_full_gets_all_later(small_postgres, filled, start_server, load):
    server = start_server(ML_API_STORE=small_postgres)
    clients = load(server)
    go_through(full_disk(filled), server, clients)

    assert_nothing_was_lost(server, clients, small_postgres)


def test_a_sqlite_whose_disk_is_full_gets_all_later(start_server, load, small_disk, filled):
    url = f"sqlite:///{small_disk}/predictions.db"
    server = start_server(ML_API_STORE=url)
    clients = load(server)
    filling = filled()
    wait_for_trouble(server, "full")
    clients.wait_for(50)
    clients.stop()
    filling.unlink()
    wait_until_well(server)

    assert_nothing_was_lost(server, clients, url)


# as old databases are: they take no emoji
LATIN1 = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
UNHEARD_OF = rows(GOOD | {"Neighborhood": "Old Town \U0001f3e0"})


def refused_files(server):
    return list(Path(server.variables["ML_API_SPOOL"]).glob("*/*.refused"))


def test_a_record_that_postgresql_refuses_for_good_is_set_aside_and_holds_up_no_other(
    start_server, load, postgres
):
    database = PostgresDatabase(postgres, LATIN1)
    server = start_server(ML_API_STORE=database.url)
    clients = load(server)
    headers = JSON | {"X-Request-ID": "unheard-of"}
    status, _, _ = server.request("POST", PREDICT, UNHEARD_OF, headers)
    wait_until(lambda: ready(server)["store"]["refused"], "the record to be refused")
    clients.wait_for(50)
    clients.stop()
    wait_until(lambda: kept_ids(database.url) == sorted(clients.answered), "all to be stored")

    assert status == 200 and not clients.untrue and not clients.broken
    assert ready(server)["status"] == "degraded"
    wait_until(lambda: metric(server, "ml_api_store_refused") == 1, "the metrics to say so")
    (file,) = refused_files(server)
    records, _ = SegmentReader(file).read(10_000)
    assert [(each.request_id, each.request) for each in records] == [("unheard-of", UNHEARD_OF)]
    (line,) = [each for each in log_of(server) if "refuses" in each["message"]]
    assert (line["request_id"], line["why"]) == ("unheard-of", "UnicodeEncodeError")
    assert line["file"] == str(file)
    assert "Old Town" not in server.errors()


def test_what_postgresql_refused_is_stored_when_it_is_put_right_and_the_file_renamed(
    start_server, load, postgres, tmp_path
):
    database = PostgresDatabase(postgres)
    model = make_model(tmp_path / "model", version="1.0.0+" + "0" * 64)  # too long for its column
    server = start_server(ML_API_STORE=database.url, ML_API_MODEL=model)
    clients = load(server)
    clients.stop()
    wait_until(lambda: ready(server)["store"]["refused"] == len(clients.answered), "all refused")
    database.run("ALTER TABLE predictions ALTER COLUMN model_version TYPE text")
    for file in refused_files(server):
        file.rename(file.with_suffix(".segment"))
    wait_until_well(server)

    assert_nothing_was_lost(server, clients, database.url)


def test_what_finds_no_room_in_the_spool_is_counted(start_server, load, tmp_path):
    database = SqliteFile(tmp_path)
    server = start_server(ML_API_STORE=database.url, ML_API_STORE_BUFFER=50_000)
    with database.away():
        clients = load(server)
        clients.wait_for(400)
        while not metric(server, "ml_api_store_lost_total"):
            clients.wait_for(50)
        clients.stop()
    wait_until_well(server)
    assert server.stop() == 0

    assert not clients.untrue and not clients.broken
    assert "no room for predictions" in server.errors()
    lost = sum(line["lost"] for line in log_of(server) if "lost" in line)
    assert lost > 0
    assert len(kept_ids(database.url)) + lost == len(clients.answered)
