"""What the routes work with: one object per application, kept in `app.extensions`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from ml_api import __version__
from ml_api.keys import ApiKeys
from ml_api.logs import RequestLog
from ml_api.metrics import Metrics
from ml_api.records import Ids
from ml_api.serving import ServingModel
from ml_api.settings import Settings
from ml_api.store import Store


@dataclass(frozen=True)
class Service:
    """The parts of a running service; a part that is switched off is None."""

    settings: Settings
    models: ServingModel
    ids: Ids
    request_log: RequestLog | None
    metrics: Metrics | None
    store: Store | None
    keys: ApiKeys | None

    @classmethod
    def build(cls, settings: Settings) -> Service:
        """Make the parts; no model is loaded and nothing runs in the background yet.

        Raises
        ------
        KeyFileError
            If the file of keys cannot be used.
        """
        metrics = Metrics() if settings.metrics else None
        return cls(
            settings=settings,
            models=ServingModel(settings.model, settings.runtime),
            ids=Ids(),
            request_log=RequestLog() if settings.request_log else None,
            metrics=metrics,
            store=_store(settings, metrics),
            keys=ApiKeys(settings.keys) if settings.keys else None,
        )

    def start(self) -> None:
        """Load the model and start the background threads: in the process that serves.

        Raises
        ------
        ModelError
            If the model cannot be used.
        """
        self.models.open()
        if self.store:
            self.store.start()
        if self.settings.reload:
            self.models.start(self.settings.reload)

    def stop(self) -> None:
        """End the background threads, everything that waits written."""
        self.models.stop()
        if self.store:
            self.store.stop()

    def versions(self) -> dict[str, str]:
        """Say which model and which service this is."""
        return {"model_version": self.models.current.model.version, "api_version": __version__}

    def state(self) -> dict[str, Any]:
        """Say whether all is well, for /ready."""
        off = {
            "status": "off",
            "saved": 0,
            "waiting_bytes": 0,
            "refused": 0,
            "lost": 0,
            "error": None,
        }
        model = {
            "version": self.models.current.model.version,
            "refused": self.models.refused,
        }
        store = self.store.state() if self.store else off
        keys = self.keys.error if self.keys else None
        trouble = model["refused"] or store["error"] or store["refused"] or keys
        return {
            "status": "degraded" if trouble else "ready",
            "model": model,
            "store": store,
            "keys": keys,
        }


def _store(settings: Settings, metrics: Metrics | None) -> Store | None:
    if settings.store is None:
        return None
    told = {"on_change": metrics.stored} if metrics else {}
    return Store(settings.store, settings.spool, settings.store_buffer, **told)


def service_of(app: Flask) -> Service:
    """Return the service of an application."""
    return app.extensions["ml_api"]


def current_service() -> Service:
    """Return the service of the application that handles the request."""
    return current_app.extensions["ml_api"]
