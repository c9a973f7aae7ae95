"""What is kept of a request for predictions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ml_api.storage.database import PREDICTIONS


class Record(NamedTuple):
    """One request and its answer, as they went over the wire.

    Attributes
    ----------
    id : str
        Unique over all processes and machines; sorts by time.
    at : datetime
        UTC, without a zone, as databases take it.
    request_id : str
        The client's own id, or ours.
    client : str or None
        Name of the API key that was used.
    model_version : str
        What priced it.
    rows, refused : int
        How many rows came, and how many of them were not priced.
    request, response : str
        The two bodies, JSON; the rows of the request maybe column by column, see `read_records`.
    """

    id: str
    at: datetime
    request_id: str
    client: str | None
    model_version: str
    rows: int
    refused: int
    request: str
    response: str


def read_records(engine: sa.Engine) -> Iterator[dict[str, Any]]:
    """Yield every record in the order of time, `request` and `response` read from JSON."""
    query = sa.select(PREDICTIONS).order_by(PREDICTIONS.c.at, PREDICTIONS.c.id)
    with engine.connect() as connection:
        for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
            request, response = _read_rows(row["request"]), json.loads(row["response"])
            yield {**row, "request": request, "response": response}


def _read_rows(request: str) -> list[Any]:
    """Return the rows of a request as it was kept: as they came, or column by column.

    Production mode keeps many rows so, each name once; a field that a row did not give is null.
    """
    kept = json.loads(request)
    if isinstance(kept, list):
        return kept
    return [dict(zip(kept["fields"], row, strict=True)) for row in zip(*kept["columns"])]
