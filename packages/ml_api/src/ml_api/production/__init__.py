"""Production mode: what makes the service faster and harder to break, behind the seam of `service`.

Everything in here imports the plain parts, and nothing outside names it but `ml_api.app`. The
README beside this file says what each part is for, what it won and when one needs it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from environs import Env
from marshmallow.validate import Range

from ml_api.production.compiled_check import CompiledCheck
from ml_api.production.fallback_model import FallbackModelHolder
from ml_api.production.outbox_store import OutboxStore
from ml_api.service import Service
from ml_api.settings import read_environ, setting
from ml_api.storage.store import Store


@dataclass(frozen=True, kw_only=True)
class ProductionSettings:
    """What production mode may be told beside `Settings`."""

    state: Path = setting(
        "ML_API_STATE",
        Path("ml_api-state"),
        Env.path,
        "directory of the outbox and of the last good model, for one service alone",
    )
    outbox_bytes: int = setting(
        "ML_API_OUTBOX_BYTES",
        256 * 2**20,
        Env.int,
        "bytes of predictions that may wait for the database",
        Range(2**20, 2**40),
    )


def install(service: Service) -> Service:
    """Return the service with the parts of production mode in their places.

    Parameters
    ----------
    service : Service
        With the plain parts, its model not yet loaded.

    Raises
    ------
    SettingsError
        If a setting of production mode cannot be used.
    StoreError
        If the directory of the outbox cannot be written.
    """
    settings = read_environ(ProductionSettings)
    check = CompiledCheck(service.check)
    models = FallbackModelHolder(service.settings.model, settings.state, check.prepare)
    store = service.store
    if isinstance(store, Store):
        # an outbox belongs to one database: another URL must not get what was meant for this one
        database = hashlib.sha256(str(service.settings.store).encode()).hexdigest()[:8]
        directory = settings.state / f"outbox-{database}"
        store = OutboxStore(directory, settings.outbox_bytes, store, service.metrics)
    return replace(service, check=check, models=models, store=store)
