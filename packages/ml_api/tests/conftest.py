"""A small trained model, the application around it, and the real server around that."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import replace

import pytest
from ml_api.app import create_app
from ml_api.service import service_of
from ml_api.settings import Settings

from abuse import GOOD
from models import make_model
from postgres import Postgres
from servers import RunningServer, environment

# what is asked in every mode takes the fixture `mode`
MODES = ["plain", "production"]


@pytest.fixture(scope="session", params=MODES)
def mode(request):
    return request.param


@pytest.fixture(scope="session", autouse=True)
def state_dir(tmp_path_factory):
    """Keep what production mode writes out of the folder that the tests are run from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ML_API_STATE", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture
def settings(model_dir, tmp_path):
    return Settings(model=model_dir, store=f"sqlite:///{tmp_path}/predictions.db")


@pytest.fixture
def make_client(settings):
    """Make applications with settings of the test's own, and the clients that ask them."""
    with contextlib.ExitStack() as stack:

        def make(**changes):
            app = create_app(replace(settings, **changes))
            stack.callback(service_of(app).store.close)
            return app.test_client()

        yield make


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture
def service(client):
    return service_of(client.application)


@pytest.fixture
def house():
    return dict(GOOD)


@pytest.fixture(scope="session")
def servers(model_dir, tmp_path_factory):
    """One real gunicorn a mode, with every default on, for all tests that only ask."""
    with contextlib.ExitStack() as stack:
        running = {}

        def in_mode(mode):
            if mode not in running:
                folder = tmp_path_factory.mktemp(mode)
                variables = environment(folder, ML_API_MODEL=model_dir, ML_API_MODE=mode)
                running[mode] = stack.enter_context(RunningServer(variables))
            return running[mode]

        yield in_mode


@pytest.fixture
def server(servers):
    return servers("plain")


@pytest.fixture(scope="session")
def postgres():
    """One PostgreSQL server for all tests; each makes a database of its own in it."""
    with Postgres.found() as running:
        yield running


@pytest.fixture
def start_server(model_dir, tmp_path):
    """Start servers with settings of the test's own; all are stopped at the end."""
    with contextlib.ExitStack() as stack:

        def start(*command, **variables):
            variables = environment(tmp_path, **{"ML_API_MODEL": model_dir, **variables})
            return stack.enter_context(RunningServer(variables, *command))

        yield start


@pytest.fixture
def log_lines(capfd):
    """Return the JSON lines that came out on standard output since the last look."""
    return lambda: [json.loads(line) for line in capfd.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    ours = [name for name in os.environ if name.startswith("ML_API_") or name == "PORT"]
    for name in set(ours) - {"ML_API_STATE"}:
        monkeypatch.delenv(name)
