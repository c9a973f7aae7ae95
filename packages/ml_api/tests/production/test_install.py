"""Production mode behind the seam: what it puts in, and that the routes do not know."""

import ast
from dataclasses import replace
from pathlib import Path

import ml_api
import pytest
from ml_api.app import create_app
from ml_api.production.compiled_check import CompiledCheck
from ml_api.production.fallback_model import FallbackModelHolder
from ml_api.production.outbox_store import OutboxStore
from ml_api.service import service_of
from ml_api.settings import SettingsError
from ml_api.storage.no_store import NoStore

from servers import wait_until

SOURCE = Path(ml_api.__file__).parent
PREDICT = "/v1/predict/regression"


@pytest.fixture
def production(settings, tmp_path, monkeypatch):
    """Make applications in production mode."""
    monkeypatch.setenv("ML_API_STATE", str(tmp_path / "state"))
    made = []

    def make(**changes):
        made.append(create_app(replace(settings, mode="production", **changes)))
        return made[-1]

    yield make
    for app in made:
        service_of(app).store.close()


def test_it_puts_its_parts_into_the_three_places(production):
    service = service_of(production())

    assert isinstance(service.check, CompiledCheck)
    assert isinstance(service.models, FallbackModelHolder)
    assert isinstance(service.store, OutboxStore)


def test_without_a_store_there_is_no_outbox(production):
    assert isinstance(service_of(production(store=None)).store, NoStore)


@pytest.mark.slow
def test_an_answer_is_given_while_the_database_is_away_and_kept_when_it_is_back(
    production, tmp_path, house
):
    (tmp_path / "away").mkdir()
    app = production(store=f"sqlite:///{tmp_path}/away")
    client = app.test_client()

    assert client.post(PREDICT, json=[house]).status_code == 200
    state = wait_until(
        lambda: (it := client.get("/ready")).json["store"]["error"] and it, "the relay to try"
    )
    assert (state.status_code, state.json["status"]) == (200, "degraded")
    assert state.json["store"]["waiting"] == 1
    (tmp_path / "away").rmdir()
    wait_until(lambda: client.get("/ready").json["status"] == "ready", "the database")
    assert client.get("/ready").json["store"]["waiting"] == 0
    wait_until(
        lambda: "ml_api_outbox_waiting 0.0" in client.get("/metrics").text, "the relay to count"
    )


def test_a_setting_of_production_mode_that_is_wrong_is_named(production, monkeypatch):
    monkeypatch.setenv("ML_API_OUTBOX_BYTES", "ten")

    with pytest.raises(SettingsError, match="ML_API_OUTBOX_BYTES='ten'"):
        production()


def test_one_module_alone_names_production():
    naming = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "production" and any("production" in name for name in imported(path))
    }

    assert naming == {"app.py"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
