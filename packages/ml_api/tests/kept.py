"""What the service kept, read from its database as anybody could."""

from __future__ import annotations

from typing import Any

from ml_api.storage.database import make_engine
from ml_api.storage.records import read_records


def kept(url: str) -> list[dict[str, Any]]:
    """Return every record in the database, in the order of time."""
    engine = make_engine(url)
    try:
        return list(read_records(engine))
    finally:
        engine.dispose()


def kept_ids(url: str) -> list[str]:
    """Return the request ids in the database, sorted."""
    return sorted(record["request_id"] for record in kept(url))
