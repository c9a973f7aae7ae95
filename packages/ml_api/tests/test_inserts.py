"""Whichever way records go into a table, the same comes out."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest
from ml_api.database import PREDICTIONS, Database
from ml_api.inserts import by_rows, inserter
from ml_api.records import Record, Unstorable
from sqlalchemy.dialects import mysql, postgresql, sqlite

RECORD = Record("1", 0.5, "r-1", "alice", "1.0.0", 2, 1, b'[{"a":1},null]', b'{"errors":{}}')
ODD = {
    "nobody": {"client": None},
    "a zero character, escaped": {"request": rb'["a\u0000b"]'},
    "half a pair, escaped": {"response": rb'["\ud800"]'},
    "letters of the world": {"request": '["Zoë \U0001f3e0 \u202e"]'.encode()},
    "quotes, braces, commas and backslashes": {"request": rb'["{\"a\\b\",NULL}", "%s %(x)s ?"]'},
    "no letter at all": {"model_version": ""},
    "a time before 1970": {"at": -0.000001},
    "a time to the microsecond": {"at": 1790000000.123457},
    "a time on the second": {"at": 1790000000},
    "the largest number": {"rows": 2**31 - 1},
    "two megabytes": {"request": b'["%s"]' % (b"x" * 2**21)},
}
ON_SQLITE = sqlite.insert(PREDICTIONS).on_conflict_do_nothing()
ON_POSTGRESQL = postgresql.insert(PREDICTIONS).on_conflict_do_nothing()


@pytest.fixture(params=["sqlite by rows", "sqlite", "postgresql by rows", "postgresql"])
def database(request, tmp_path, monkeypatch):
    """A real database, filled in the way it is, and in the way that suits any other."""
    if request.param.startswith("sqlite"):
        made = Database(f"sqlite:///{tmp_path}/p.db")
        statement = ON_SQLITE
    else:
        made = Database(request.getfixturevalue("postgres").new_database())
        statement = ON_POSTGRESQL
    if request.param.endswith("by rows"):
        monkeypatch.setattr(made, "_insert", by_rows(statement))
    yield made
    made.forget_connection()


def as_read(record):
    """Return what `Database.records` makes of a record."""
    return {
        **record._asdict(),
        "at": datetime.fromtimestamp(record.at, UTC).replace(tzinfo=None),
        "request": json.loads(record.request),
        "response": json.loads(record.response),
    }


def test_what_is_odd_comes_back_as_it_went_in(database):
    records = [RECORD._replace(id=f"{n:02}", **odd) for n, odd in enumerate(ODD.values())]
    database.save(records)

    assert list(database.records()) == [as_read(record) for record in records]


def test_records_of_nobody_only_come_back(database):
    database.save([RECORD._replace(id=each, client=None) for each in "12"])

    assert [kept["client"] for kept in database.records()] == [None, None]


def test_a_record_that_is_there_is_left_as_it_is_and_the_others_are_saved(database):
    database.save([RECORD])
    database.save([RECORD._replace(client="bob"), RECORD._replace(id="2")])
    database.save([RECORD._replace(id="3"), RECORD._replace(id="3")])

    kept = [(each["id"], each["client"]) for each in database.records()]
    assert kept == [("1", "alice"), ("2", "alice"), ("3", "alice")]


UNSTORABLE = {"no text": {"request": b"\xff"}, "too large": {"rows": 2**63}, "null": {"id": None}}


@pytest.mark.parametrize("fault", UNSTORABLE.values(), ids=UNSTORABLE)
def test_all_are_saved_or_none(database, fault):
    with pytest.raises(Unstorable):
        database.save([RECORD, RECORD._replace(**fault)])

    assert not list(database.records())


LIMITED = {
    "a zero": {"request": b'["\x00"]'},
    "a long version": {"model_version": "x" * 65},
    "a long id": {"id": "x" * 41},
    "a number too large for its column": {"rows": 2**31},
}


@pytest.mark.parametrize("fault", LIMITED.values(), ids=LIMITED)
@pytest.mark.parametrize("database", ["postgresql by rows", "postgresql"], indirect=True)
def test_what_postgresql_has_no_room_for_is_refused_and_never_cut(database, fault):
    with pytest.raises(Unstorable):
        database.save([RECORD, RECORD._replace(**fault)])

    assert not list(database.records())


def test_a_time_in_sqlite_is_written_as_sqlalchemy_writes_it(tmp_path, monkeypatch):
    database = Database(f"sqlite:///{tmp_path}/p.db")
    database.save([RECORD._replace(at=1790000000)])
    monkeypatch.setattr(database, "_insert", by_rows(ON_SQLITE))
    database.save([RECORD._replace(id="2", at=1790000000)])
    database.forget_connection()
    with sqlite3.connect(tmp_path / "p.db") as connection:
        times = connection.execute("SELECT at FROM predictions").fetchall()
    connection.close()

    assert times == [("2026-09-21 14:13:20.000000",)] * 2


class Listener:
    """A connection that only listens."""

    def __init__(self, dialect):
        self._dialect = dialect
        self.statement, self.values = "", None

    def execute(self, statement, values):
        self.statement, self.values = str(statement.compile(dialect=self._dialect)), values

    def exec_driver_sql(self, statement, values):
        self.statement, self.values = statement, values


@pytest.mark.parametrize(
    ("dialect", "kind", "skips"),
    [
        (sqlite.dialect(), tuple, True),
        (postgresql.psycopg.dialect(), list, True),
        (postgresql.pg8000.dialect(), dict, True),
        (mysql.dialect(), dict, False),
    ],
    ids=["sqlite", "psycopg", "another driver", "another database"],
)
def test_each_database_gets_records_in_its_way_and_skips_what_is_there_if_it_can(
    dialect, kind, skips
):
    listener = Listener(dialect)
    inserter(PREDICTIONS, dialect)(listener, [RECORD, RECORD])

    assert isinstance(listener.values[0], kind)
    assert ("ON CONFLICT DO NOTHING" in listener.statement) == skips
