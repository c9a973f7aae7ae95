"""What version 1.0 left behind: its database is taken over, and its spool is not forgotten."""

import sqlite3
from contextlib import closing

import pytest
from ml_api.app import create_app
from ml_api.storage.database import StoreError

from abuse import PREDICT
from kept import kept

OLD_TABLE = """
CREATE TABLE predictions (
    id VARCHAR(40) NOT NULL, at DATETIME NOT NULL, request_id VARCHAR(64) NOT NULL,
    client VARCHAR(64), model_version VARCHAR(64) NOT NULL, rows INTEGER NOT NULL,
    refused INTEGER NOT NULL, request TEXT NOT NULL, response TEXT NOT NULL, PRIMARY KEY (id))
"""
OLD_RECORDS = [
    ("0a", "r-1", '[{"a": 1}, null]'),
    ("0b", "r-2", '{"fields": ["a", "b"], "columns": [[1, 2], ["x", null]]}'),
]


@pytest.fixture
def old_database(tmp_path):
    with closing(sqlite3.connect(tmp_path / "predictions.db")) as connection:
        connection.execute(OLD_TABLE)
        connection.execute("CREATE INDEX ix_predictions_request_id ON predictions (request_id)")
        for name, request_id, request in OLD_RECORDS:
            values = (name, "2025-06-07 08:09:10.000000", request_id, "1.0.0", 2, 0, request, "{}")
            connection.execute(
                "INSERT INTO predictions VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?)", values
            )
        connection.commit()


@pytest.mark.usefixtures("old_database")
def test_an_older_database_is_taken_over(client, house, settings):
    assert client.post(PREDICT, json=[house]).status_code == 200

    first, second, new = kept(settings.store)
    assert first["request"] == [{"a": 1}, None]
    assert second["request"] == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    assert new["request"] == [house]


@pytest.mark.parametrize("left", ["1-1.segment", "1-1.refused"])
@pytest.mark.parametrize("named", [True, False])
def test_what_an_older_version_did_not_store_is_not_left_behind(
    settings, tmp_path, monkeypatch, left, named
):
    monkeypatch.chdir(tmp_path)
    spool = tmp_path / ("elsewhere" if named else "predictions.db-spool") / "0123abcd"
    if named:
        monkeypatch.setenv("ML_API_SPOOL", str(spool.parent))
    spool.mkdir(parents=True)
    (spool / left).write_bytes(b"[]\n")

    with pytest.raises(StoreError, match="Start that version once more"):
        create_app(settings)


def test_an_older_spool_that_was_emptied_is_no_obstacle(make_client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "predictions.db-spool" / "0123abcd").mkdir(parents=True)
    (tmp_path / "predictions.db-spool" / "0123abcd" / "state.json").write_text("{}")

    assert make_client().get("/health").status_code == 200
