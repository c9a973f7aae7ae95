"""The store of production mode: records go to the outbox, and a relay brings them on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ml_api.observability.metrics import Metrics
from ml_api.production.outbox import Outbox
from ml_api.production.relay import Relay
from ml_api.storage.database import PATIENCE_S, StoreError, store_state
from ml_api.storage.records import Record
from ml_api.storage.store import Store


class OutboxStore:
    """Keeps records in the outbox, and has the relay bring them to the database.

    Parameters
    ----------
    directory : Path
        Of the outbox.
    capacity : int
        Bytes that may wait in it.
    store : Store
        The plain store: where the records go.
    metrics : Metrics
        Shows how many records wait, and how many are set aside.

    Raises
    ------
    StoreError
        If the outbox cannot be written.
    """

    def __init__(self, directory: Path, capacity: int, store: Store, metrics: Metrics):
        self._outbox = Outbox(directory, capacity)
        self._outbox.try_out()  # told at the start if it cannot be written
        self._failed: tuple[float, str] = (-PATIENCE_S, "")
        self._relay = Relay(self._outbox, store, directory / "relay.lock", metrics)
        self._relay.start()

    def save(self, record: Record) -> None:
        """Keep a record: it is in the outbox when this returns.

        Raises
        ------
        StoreError
            If the outbox is full or cannot be written.
        """
        try:
            self._outbox.append(record)
        except StoreError as error:
            self._failed = (time.monotonic(), str(error))
            raise

    def state(self) -> dict[str, Any]:
        """Say whether records can be kept, and whether they get to the database."""
        at, error = self._failed
        try:
            waiting, refused = self._outbox.counts()
            behind = self._outbox.relay_error
        except StoreError as now:
            return store_state("away", str(now))
        counts = {"waiting": waiting, "refused": refused}
        if time.monotonic() - at < PATIENCE_S:
            return store_state("away", error, self._outbox.warning, **counts)
        return store_state("behind" if behind else "ok", behind, self._outbox.warning, **counts)

    def close(self) -> None:
        """Have what waits brought to the database, as far as that allows; the rest keeps."""
        self._relay.stop()
