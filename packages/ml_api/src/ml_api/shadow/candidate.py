"""The candidate: loaded once, at the start, and refused without harm to the model that serves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from ml_api.model.holder import open_model
from ml_api.observability.metrics import Metrics
from ml_api.settings import Settings
from ml_api.shadow.differences import Differences
from ml_api.shadow.shadow import Shadow
from ml_api.storage.records import Record
from ml_api.validation.row_schema import row_schema
from ml_api.validation.rows import load_rows, predict

LOG = logging.getLogger("ml_api.shadow")


@dataclass(frozen=True)
class RefusedCandidate:
    """Stands where a shadow would, and compares nothing: its candidate could not be loaded."""

    why: str
    version = None

    def offer(self, record: Record) -> None:
        """Compare nothing."""


def open_shadow(settings: Settings, metrics: Metrics) -> Shadow | RefusedCandidate | None:
    """Return what compares answers, None where it is off.

    A candidate that cannot be loaded is no reason not to serve.
    """
    if settings.shadow is None:
        return None
    try:
        candidate = open_model(settings.shadow)
    except Exception as error:  # pylint: disable=broad-exception-caught
        LOG.error("no candidate is compared: %s", error)
        return RefusedCandidate(str(error))
    schema = row_schema(candidate.schema)

    def price(rows: list[Any]) -> dict[str, Any]:
        return predict(load_rows(schema, rows), candidate)

    keep = Differences(settings.store).keep if settings.store else None
    return Shadow(candidate.version, price, keep, metrics.shadow)
