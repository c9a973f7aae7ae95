import sqlite3

import pytest
import sqlalchemy as sa
from ml_api.database import PREDICTIONS, Database
from ml_api.inserts import by_rows
from ml_api.records import Record, Unstorable
from sqlalchemy.exc import OperationalError, SQLAlchemyError

RECORD = Record("1", 0.5, "r-1", "alice", "1.0.0", 2, 1, b'[{"a":1},null]', b'{"errors":{}}')


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/p.db"


@pytest.fixture
def database(url):
    made = Database(url)
    yield made
    made.forget_connection()


def test_a_record_comes_back_as_it_went_in(database):
    database.save([RECORD])

    (kept,) = database.records()
    assert kept["request"] == [{"a": 1}, None]
    assert kept["response"] == {"errors": {}}
    assert (kept["client"], kept["rows"], kept["refused"]) == ("alice", 2, 1)
    assert kept["at"].isoformat() == "1970-01-01T00:00:00.500000"


def test_a_record_saved_twice_is_there_once(database):
    database.save([RECORD])
    database.save([RECORD, RECORD._replace(id="2")])

    assert [kept["id"] for kept in database.records()] == ["1", "2"]


def test_records_come_in_the_order_of_time(database):
    database.save([RECORD._replace(id=each) for each in "312"])

    assert [kept["id"] for kept in database.records()] == ["1", "2", "3"]


def test_a_table_that_is_there_is_used_again(database, url):
    database.save([RECORD])
    again = Database(url)
    again.save([RECORD._replace(id="2")])
    again.forget_connection()

    assert len(list(database.records())) == 2


def test_a_table_that_vanished_is_made_again(database, tmp_path):
    database.save([RECORD])
    database.forget_connection()
    (tmp_path / "p.db").unlink()
    database.save([RECORD])

    assert len(list(database.records())) == 1


def test_readers_are_not_blocked_by_the_writer(database, tmp_path):
    database.save([RECORD])
    with sqlite3.connect(tmp_path / "p.db") as reader:
        mode = reader.execute("PRAGMA journal_mode").fetchone()
    reader.close()

    assert mode == ("wal",)


def test_a_locked_database_raises_after_a_while_and_takes_the_record_later(
    monkeypatch, tmp_path, url
):
    monkeypatch.setattr("ml_api.database.PATIENCE_S", 0.01)
    database = Database(url)
    database.save([RECORD])
    lock = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OperationalError, match="locked"):
        database.save([RECORD._replace(id="2")])
    lock.execute("COMMIT")
    lock.close()
    database.save([RECORD._replace(id="2")])

    assert len(list(database.records())) == 2
    database.forget_connection()


def test_an_error_does_not_repeat_what_customers_sent(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/p.db")

    with pytest.raises(SQLAlchemyError) as caught:
        database.save([RECORD._replace(request=b'["private"]')])

    assert "private" not in str(caught.value)


UNSTORABLE = {
    "no text": {"request": b'["\xff"]'},
    "a number too large": {"rows": 2**63},
    "a time that is none": {"at": 1e30},
    "no time": {"at": None},
    "nothing where something must be": {"id": None},
}


@pytest.mark.parametrize("fault", UNSTORABLE.values(), ids=UNSTORABLE)
def test_a_record_that_can_never_be_stored_is_told_from_a_database_that_is_away(database, fault):
    with pytest.raises(Unstorable):
        database.save([RECORD, RECORD._replace(id="2"), RECORD._replace(id="3")._replace(**fault)])
    database.save([RECORD])

    assert [kept["id"] for kept in database.records()] == ["1"]


def test_a_database_that_cannot_skip_duplicates_by_itself_is_seen_to_have_them(
    database, monkeypatch
):
    monkeypatch.setattr(database, "_insert", by_rows(sa.insert(PREDICTIONS)))
    database.save([RECORD])
    database.save([RECORD])
    with pytest.raises(Unstorable, match="IntegrityError"):
        database.save([RECORD, RECORD._replace(id="2")])  # one by one, it will be told

    assert [kept["id"] for kept in database.records()] == ["1"]
