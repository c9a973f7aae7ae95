"""What is kept of a request for predictions: written whole, and found again by who asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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


def read_rows(request: str) -> list[Any]:
    """Return the rows of a request as it was kept: as they came, or column by column.

    Production mode keeps many rows so, each name once; a field that a row did not give is null.
    """
    kept = json.loads(request)
    if isinstance(kept, list):
        return kept
    return [dict(zip(kept["fields"], row, strict=True)) for row in zip(*kept["columns"])]


def insert_records(engine: sa.Engine, records: Sequence[Record], new_only: bool = False) -> None:
    """Keep records in one transaction: when this returns all are committed, or else none is.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    records : sequence of Record
    new_only : bool
        Leave out those whose `id` is there already.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If that cannot be done.
    """
    for record in records:
        with engine.begin() as connection:
            query = sa.select(PREDICTIONS.c.id).where(PREDICTIONS.c.id == record.id)
            if new_only and connection.scalar(query):
                continue
            connection.execute(sa.insert(PREDICTIONS), record._asdict())


def read_records(
    engine: sa.Engine,
    *,
    client: str | None = None,
    request_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the records asked for in the order of time, `request` and `response` read from JSON.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    client, request_id : str, optional
        Of this client, under this id; a client may have used an id several times.
    since, until : datetime, optional
        From this moment on, and before that one; UTC, without a zone.
    """
    query = sa.select(PREDICTIONS).order_by(PREDICTIONS.c.at, PREDICTIONS.c.id)
    if client is not None:
        query = query.where(PREDICTIONS.c.client == client)
    if request_id is not None:
        query = query.where(PREDICTIONS.c.request_id == request_id)
    if since is not None:
        query = query.where(PREDICTIONS.c.at >= since)
    if until is not None:
        query = query.where(PREDICTIONS.c.at < until)
    with engine.connect() as connection:
        for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
            request, response = read_rows(row["request"]), json.loads(row["response"])
            yield {**row, "request": request, "response": response}
