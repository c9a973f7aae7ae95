"""Who was told what, asked of the database by the command `ml-api audit`."""

import json
from datetime import datetime

import pytest
from ml_api.__main__ import main
from ml_api.storage.database import make_engine
from ml_api.storage.records import Record, insert_records, read_records
from ml_api.storage.store import Store


def record(number, client="alice", request_id="r1", hour=9):
    moment = datetime(2026, 1, 31, hour)
    return Record(f"id-{number}", moment, request_id, client, "1.0", 1, 0, "[{}]", '{"p": [1]}')


RECORDS = [
    record(0, hour=11),
    record(1, hour=9),
    record(2, client="bob", hour=10),
    record(3, request_id="r2", hour=10),
    record(4, client=None, hour=12),
]


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path}/predictions.db"
    store = Store(url)
    for each in RECORDS:
        store.save(each)
    store.close()
    return url


@pytest.fixture
def audit(url, monkeypatch, capsys):
    def ask(*options):
        monkeypatch.setenv("ML_API_STORE", url)
        assert main(["audit", *options]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ask


def test_without_a_question_all_are_told_in_the_order_of_time(audit):
    told = audit()

    assert [each["id"] for each in told] == ["id-1", "id-2", "id-3", "id-0", "id-4"]
    assert told[0]["request"] == [{}] and told[0]["response"] == {"p": [1]}


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--client", "bob"], [2]),
        (["--client", "nobody' OR '1'='1"], []),
        (["--request-id", "r2"], [3]),
        (["--client", "alice", "--request-id", "r1"], [1, 0]),
        (["--since", "2026-01-31T10:00"], [2, 3, 0, 4]),
        (["--until", "2026-01-31T10:00"], [1]),
        (["--since", "2026-01-31T12:00+02:00", "--until", "2026-01-31T11:00Z"], [2, 3]),
    ],
)
def test_a_question_finds_what_it_names_and_nothing_else(audit, options, ids):
    assert [each["id"] for each in audit(*options)] == [f"id-{number}" for number in ids]


def test_with_the_store_off_there_is_nothing_to_look_up(monkeypatch, capsys):
    monkeypatch.setenv("ML_API_STORE", "off")

    assert main(["audit"]) == 2
    assert "nothing is kept" in capsys.readouterr().err


def test_a_database_that_was_never_written_to_is_told(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("ML_API_STORE", f"sqlite:///{tmp_path}/other.db")

    assert main(["audit"]) == 2
    assert "no such table" in capsys.readouterr().err


def test_records_go_in_together_or_not_at_all(url):
    engine = make_engine(url)
    with pytest.raises(Exception, match="UNIQUE"):
        insert_records(engine, [record(7), record(0)])

    assert "id-7" not in {each["id"] for each in read_records(engine)}
    insert_records(engine, [record(7), record(0)], new_only=True)
    assert [each["id"] for each in read_records(engine)].count("id-7") == 1
    engine.dispose()
