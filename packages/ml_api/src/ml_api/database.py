"""The table of predictions, in any database that SQLAlchemy can reach.

One record a request: what came in and what went out, as they went over the wire, only
that many rows are kept column by column, each name once. Only the shipping process imports this
module: SQLAlchemy takes 150 ms and 20 MB, which no worker should pay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from ml_api.inserts import inserter
from ml_api.logs import short
from ml_api.records import Record, Unstorable, read_rows

PREDICTIONS = sa.Table(
    "predictions",
    sa.MetaData(),
    # begins with the time, so that new rows go to the end of the index
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("at", sa.DateTime(), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False, index=True),
    sa.Column("client", sa.String(64)),
    sa.Column("model_version", sa.String(64), nullable=False),
    sa.Column("rows", sa.Integer(), nullable=False),
    sa.Column("refused", sa.Integer(), nullable=False),
    sa.Column("request", sa.Text(), nullable=False),
    sa.Column("response", sa.Text(), nullable=False),
)

# seconds until a locked or silent database counts as away; the records wait meanwhile
PATIENCE_S = 5
_POSTGRESQL = {
    "connect_timeout": PATIENCE_S,
    "options": f"-c lock_timeout={PATIENCE_S}s -c statement_timeout={6 * PATIENCE_S}s",
    # a server whose machine is gone says nothing at all: ask the connection itself
    "keepalives_idle": PATIENCE_S,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 2 * PATIENCE_S * 1000,
}

# what a driver raises for values it cannot write, and a database for those it does not want; all
# else, an OperationalError above all, may pass
_DATA_AT_FAULT = (sa.exc.DataError, sa.exc.IntegrityError, ValueError, TypeError, OverflowError)


class Database:
    """A connection to the table of predictions, made when first needed.

    Parameters
    ----------
    url : str
        Database URL, for instance ``sqlite:///predictions.db`` or ``postgresql+psycopg://...``.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        From every method, when the database cannot be reached or refuses.
    """

    def __init__(self, url: str):
        # hide_parameters: what customers sent must not end up in a log by way of an error message
        self._engine = sa.create_engine(url, hide_parameters=True, **_options(url))
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _many_processes)
        self._insert = inserter(PREDICTIONS, self._engine.dialect)
        self._ready = False

    def save(self, records: Sequence[Record]) -> None:
        """Save all records or none. A record that is there already is left as it is.

        Raises
        ------
        Unstorable
            If the database is well, and will never take one of the records. Where a database cannot
            leave a duplicate alone by itself, so it is until that record comes alone.
        """
        try:
            self._save(records)
        except Unstorable as error:
            doubled = isinstance(error.__cause__, sa.exc.IntegrityError)
            if not doubled or len(records) > 1 or not self._has(records[0]):
                raise

    def _save(self, records: Sequence[Record]) -> None:
        if not self._ready:
            PREDICTIONS.metadata.create_all(self._engine)
            self._ready = True
        with self._engine.begin() as connection:
            try:
                self._insert(connection, records)
            except _DATA_AT_FAULT as error:
                kind = getattr(error, "orig", None) or error
                raise Unstorable(type(kind).__name__, short(error)) from error

    def _has(self, record: Record) -> bool:
        query = sa.select(PREDICTIONS.c.id).where(PREDICTIONS.c.id == record.id)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def forget_connection(self) -> None:
        """Drop the connection: the next save makes a new one, and the table if need be."""
        self._engine.dispose()
        self._ready = False

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record in the order of time, `request` and `response` read from JSON."""
        query = sa.select(PREDICTIONS).order_by(PREDICTIONS.c.id)
        with self._engine.connect() as connection:
            for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
                yield {
                    **row,
                    "request": read_rows(row["request"]),
                    "response": json.loads(row["response"]),
                }


def _options(url: str) -> dict[str, Any]:
    name = sa.make_url(url).get_backend_name()
    if name == "sqlite":
        return {"connect_args": {"timeout": PATIENCE_S}}
    if name == "postgresql":
        return {"connect_args": _POSTGRESQL, "pool_pre_ping": True}
    return {"pool_pre_ping": True}


def _many_processes(connection: Any, _: Any) -> None:
    # write-ahead: several workers write, and readers never block them; NORMAL can lose the last
    # commits when the machine (not the process) dies, and spares a disk flush at every commit
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    # request ids that clients make up go anywhere in their index: room in memory for the pages that
    # a portion touches, and copying them back less often, takes a quarter less time
    connection.execute("PRAGMA cache_size=-8000")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
