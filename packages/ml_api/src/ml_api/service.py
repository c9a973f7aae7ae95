"""The parts that the routes work with, and the seam behind which production mode puts others.

One `Service` per application, kept in `app.extensions`; a request has it as `g.service`. Three of
its parts are protocols: what checks rows, what keeps predictions and what holds the model.
`create_app` fills them with the plain parts; `ml_api.production` may put its own in their place,
and nothing else can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask
from regression_model import Model

from ml_api.auth.api_keys import ApiKeys
from ml_api.model.holder import ModelHolder
from ml_api.observability.metrics import Metrics
from ml_api.settings import Settings
from ml_api.shadow.candidate import RefusedCandidate, open_shadow
from ml_api.shadow.shadow import Shadow
from ml_api.storage.records import Record
from ml_api.storage.database import refuse_old_spool
from ml_api.storage.no_store import NoStore
from ml_api.storage.store import Store
from ml_api.validation.rows import CheckedRows, SchemaCheck
from ml_api.version import __version__


class RowCheck(Protocol):
    """Decides which rows of a body may be priced, and says what is wrong with the others."""

    def check_body(self, body: bytes, model: Model) -> CheckedRows:
        """Check a JSON list of rows; raise `Problem` for a body that is none."""

    def check_lines(self, lines: list[bytes | None], model: Model) -> CheckedRows:
        """Check rows given one a line."""

    def trouble(self) -> str | None:
        """Say what an operator should know, for /ready."""


class RecordStore(Protocol):
    """Keeps predictions."""

    def save(self, record: Record) -> None:
        """Keep a record before it returns; raise `StoreError` when that cannot be done."""

    def state(self) -> dict[str, Any]:
        """Say how it is going, in the shape of `StoreStateSchema`."""

    def close(self) -> None:
        """Finish what is under way: the process ends."""


@dataclass(frozen=True)
class Service:
    """The parts of a running service; without API keys `keys` is None, without shadow `shadow`."""

    settings: Settings
    models: ModelHolder
    check: RowCheck
    store: RecordStore
    metrics: Metrics
    keys: ApiKeys | None
    shadow: Shadow | RefusedCandidate | None

    @classmethod
    def plain(cls, settings: Settings) -> Service:
        """Make the plain parts; no model is loaded yet.

        Raises
        ------
        KeyFileError, StoreError
            If the file of keys cannot be used, the database URL names no driver, or an older
            version left predictions that it did not store.
        """
        refuse_old_spool()
        metrics = Metrics()
        return cls(
            settings=settings,
            models=ModelHolder(settings.model),
            check=SchemaCheck(settings.max_rows),
            store=Store(settings.store) if settings.store else NoStore(),
            metrics=metrics,
            keys=ApiKeys(settings.keys) if settings.keys else None,
            shadow=open_shadow(settings, metrics),
        )

    def versions(self) -> dict[str, str]:
        """Say which model and which service this is."""
        return {"model_version": self.models.current.version, "api_version": __version__}

    def state(self) -> dict[str, Any]:
        """Say whether all is well, for /ready."""
        model = {"version": self.models.current.version, "refused": self.models.refused}
        # pylint: disable=assignment-from-no-return  # the methods of a protocol have no body
        store = self.store.state()
        keys = self.keys.error if self.keys else None
        check = self.check.trouble()
        shadow = self._shadow_state()
        trouble = [model["refused"], store["error"], store["refused"], keys, check]
        trouble.append(shadow and shadow["refused"])
        status = "degraded" if any(trouble) else "ready"
        return {
            "status": "unavailable" if store["status"] == "away" else status,
            "model": model,
            "store": store,
            "keys": keys,
            "check": check,
            "shadow": shadow,
        }

    def _shadow_state(self) -> dict[str, str | None] | None:
        if self.shadow is None:
            return None
        refused = self.shadow.why if isinstance(self.shadow, RefusedCandidate) else None
        return {"version": self.shadow.version, "refused": refused}


def service_of(app: Flask) -> Service:
    """Return the service of an application."""
    return app.extensions["ml_api"]
