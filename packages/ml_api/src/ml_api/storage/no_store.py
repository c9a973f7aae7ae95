"""The store that keeps nothing: ML_API_STORE=off."""

from __future__ import annotations

from typing import Any

from ml_api.storage.database import store_state
from ml_api.storage.records import Record


class NoStore:
    """Keeps nothing."""

    def save(self, record: Record) -> None:
        """Keep nothing."""

    def state(self) -> dict[str, Any]:
        """Say that it is off."""
        return store_state("off")

    def close(self) -> None:
        """Do nothing."""
