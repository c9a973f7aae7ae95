"""Production mode: answers go on while the database is in trouble, and all of them get there.

An answer may be in the outbox when everything is killed; the next start brings it.
"""

import os
import random
import signal

import psutil
import pytest

from abuse import GOOD, JSON, PREDICT, rows
from models import make_model
from servers import PATIENCE_S, wait_until

from faults.ledger import assert_nothing_is_missing, ready, wait_until_well
from faults.test_databases import LATIN1, UNHEARD_OF, PostgresDatabase, SqliteFile

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        return SqliteFile(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres"))


@pytest.fixture
def start(start_server, tmp_path):
    """Start a server in production mode, its outbox where the next one finds it."""

    def start(**variables):
        state = tmp_path / "state"
        return start_server(ML_API_MODE="production", ML_API_STATE=state, **variables)

    return start


def all_relayed(server):
    """Wait until the outbox is empty."""
    wait_until(lambda: ready(server)["store"]["waiting"] == 0, "the outbox to be empty")


def go_through(trouble, start, load, url):
    """Ask before, during and after the trouble: nobody notices but /ready."""
    server = start(ML_API_STORE=url)
    clients = load(server)
    clients.wait_for(20)
    with trouble as says:
        clients.wait_for(50)
        wait_until(lambda: ready(server)["store"]["status"] == "behind", "/ready to say so")
        state = ready(server)
        clients.wait_for(50)
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)
    all_relayed(server)

    assert (state["status"], says in state["store"]["error"]) == ("degraded", True)
    assert not clients.broken
    assert not clients.refused
    assert_nothing_is_missing(clients, url)


def test_a_database_that_goes_away_and_comes_back(start, load, database):
    go_through(database.away(), start, load, database.url)


def test_a_database_that_is_locked_for_a_while(start, load, database):
    # the table is made by the first record that gets there
    server = start(ML_API_STORE=database.url)
    load(server).stop()
    all_relayed(server)
    server.stop()
    go_through(database.locked(), start, load, database.url)


@pytest.mark.parametrize("moment", range(3))
def test_nothing_answered_is_missing_when_all_is_killed_and_started_again(
    start, load, tmp_path, moment
):
    database = SqliteFile(tmp_path)
    server = start(ML_API_STORE=database.url)
    clients = load(server, threads=8)
    clients.wait_for(random.Random(moment).randrange(10, 100))
    processes = psutil.Process(server.process.pid).children(recursive=True)
    for pid in (server.process.pid, *(each.pid for each in processes)):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(PATIENCE_S)
    clients.stop()
    again = start(ML_API_STORE=database.url)
    all_relayed(again)

    assert_nothing_is_missing(clients, database.url)


def test_a_worker_that_is_killed_leaves_its_records_to_another(start, load, tmp_path):
    database = SqliteFile(tmp_path)
    server = start(ML_API_STORE=database.url)
    clients = load(server)
    for _ in range(3):
        worker = psutil.Process(server.process.pid).children()[0].pid
        os.kill(worker, signal.SIGKILL)
        clients.wait_for(50)
    clients.stop()
    assert server.stop() == 0

    assert not clients.refused
    assert_nothing_is_missing(clients, database.url)


def test_a_full_disk_of_the_outbox_refuses_until_there_is_room(
    start_server, load, small_disk, filled, tmp_path
):
    url = f"sqlite:///{tmp_path}/predictions.db"
    server = start_server(
        ML_API_MODE="production", ML_API_STATE=small_disk / "state", ML_API_STORE=url
    )
    clients = load(server)
    clients.wait_for(20)
    filling = filled()
    clients.wait_for_refusals(4)
    wait_until(lambda: ready(server)["status"] == "unavailable", "/ready to say so")
    filling.unlink()
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)
    all_relayed(server)

    assert_nothing_is_missing(clients, url)


def test_a_record_that_postgresql_will_never_take_is_set_aside_and_holds_up_no_other(
    start, postgres
):
    database = PostgresDatabase(postgres, LATIN1)
    server = start(ML_API_STORE=database.url)
    for body in (rows(GOOD), UNHEARD_OF, rows(GOOD)):
        assert server.request("POST", PREDICT, body, JSON)[0] == 200
    all_relayed(server)

    state = ready(server)
    assert (state["status"], state["store"]["refused"]) == ("degraded", 1)
    with database._connect() as connection:  # pylint: disable=protected-access
        ((stored,),) = connection.execute("SELECT count(*) FROM predictions").fetchall()
    assert stored == 2


def test_a_worker_that_starts_beside_a_bad_model_serves_the_last_good_one(start, tmp_path):
    directory = make_model(tmp_path / "served", version="1.0.0+00000001")
    server = start(ML_API_MODEL=directory, ML_API_WORKERS=1)
    make_model(directory, version="1.0.0+00000002", base=float("nan"))
    worker = psutil.Process(server.process.pid).children()[0]
    worker.kill()
    wait_until(
        lambda: psutil.Process(server.process.pid).children() not in ([], [worker]),
        "another worker",
    )
    wait_until(server.is_up, "it to answer")

    state = ready(server)
    assert state["model"]["version"] == "1.0.0+00000001"
    assert "cannot price an example row" in state["model"]["refused"]
    assert server.request("POST", PREDICT, rows(GOOD), JSON)[0] == 200
