"""A small trained model, the application around it, and the real server around that."""

from __future__ import annotations

import json
import os

import pytest
from ml_api.app import create_app
from ml_api.settings import Settings

from models import make_model
from postgres import Postgres
from servers import RunningServer, environment

HOUSE = {
    "OverallQual": 6,
    "GrLivArea": 1500,
    "YearBuilt": 1990,
    "YrSold": 2008,
    "Neighborhood": "NAmes",
}


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture
def settings(model_dir, tmp_path):
    store = f"sqlite:///{tmp_path}/predictions.db"
    return Settings(model=model_dir, store=store, spool=tmp_path / "spool", reload=0)


@pytest.fixture
def app(settings):
    return create_app(settings)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def house():
    return dict(HOUSE)


@pytest.fixture(scope="session")
def server(model_dir, tmp_path_factory):
    """One real gunicorn with two workers and every default on, for all tests that only ask."""
    folder = tmp_path_factory.mktemp("server")
    with RunningServer(environment(folder, ML_API_MODEL=model_dir)) as running:
        yield running


@pytest.fixture(scope="session")
def postgres():
    """One PostgreSQL server for all tests; each makes a database of its own in it."""
    with Postgres.found() as running:
        yield running


@pytest.fixture
def start_server(model_dir, tmp_path):
    """Start servers with settings of the test's own; all are stopped at the end."""
    running = []

    def start(**variables):
        variables = {"ML_API_MODEL": model_dir, **variables}
        running.append(RunningServer(environment(tmp_path, **variables)).start())
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def log_lines(capfd):
    """Return the JSON lines that came out on standard output since the last look."""
    return lambda: [json.loads(line) for line in capfd.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.startswith("ML_API_") or name == "PORT"]:
        monkeypatch.delenv(name)
