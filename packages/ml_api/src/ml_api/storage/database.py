"""The table of predictions, and the way to it in any database that SQLAlchemy can reach."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

PREDICTIONS = sa.Table(
    "predictions",
    sa.MetaData(),
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

# seconds until a locked or silent database counts as away
PATIENCE_S = 5
CONNECT_ARGS = {
    "sqlite": {"timeout": PATIENCE_S},
    "postgresql": {
        "connect_timeout": PATIENCE_S,
        "options": f"-c lock_timeout={PATIENCE_S}s -c statement_timeout={6 * PATIENCE_S}s",
        # a server whose machine is gone says nothing at all: ask the connection itself
        "keepalives_idle": PATIENCE_S,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 2 * PATIENCE_S * 1000,
    },
}


class StoreError(Exception):
    """A record cannot be kept now; the text says why, and quotes no record."""


class RecordRefused(StoreError):
    """The database is well and will never take this record: what it holds is at fault."""


def store_state(
    status: str, error: str | None = None, warning: str | None = None, **counts: int
) -> dict[str, Any]:
    """Return the state of a store in the shape of `StoreStateSchema`."""
    return {
        "status": status,
        "waiting": 0,
        "refused": 0,
        "error": error,
        "warning": warning,
    } | counts


def refuse_old_spool() -> None:
    """Refuse to leave behind what version 1.0 had answered and not yet stored.

    Raises
    ------
    StoreError
        If there is such a spool; it says what to do.
    """
    spool = Path(os.environ.get("ML_API_SPOOL", "predictions.db-spool"))
    if any(path.suffix in (".segment", ".refused") for path in spool.rglob("*")):
        raise StoreError(
            f"{spool} holds predictions that an older ml_api answered and did not store. "
            "Start that version once more, so that it stores them, or remove the directory."
        )


def make_engine(url: str) -> sa.Engine:
    """Make the way to a database; nothing is connected yet.

    Parameters
    ----------
    url : str
        Database URL, for instance ``sqlite:///predictions.db`` or ``postgresql+psycopg://...``.

    Raises
    ------
    StoreError
        If the URL cannot be understood or its driver is not installed.
    """
    try:
        backend = sa.make_url(url).get_backend_name()
        # hide_parameters: what clients sent must not get into a log by way of an error message
        arguments = {"hide_parameters": True, "connect_args": CONNECT_ARGS.get(backend, {})}
        engine = sa.create_engine(url, **arguments)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise StoreError(f"ML_API_STORE: {short(error)}") from None
    if backend == "sqlite":
        sa.event.listen(engine, "connect", _write_ahead)
    return engine


def short(error: Exception) -> str:
    """Return the first line of an error: SQLAlchemy adds the statement and a link."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"


def _write_ahead(connection: Any, _: Any) -> None:
    # several processes write, and readers never block them. NORMAL: a process that dies loses
    # nothing; a machine that dies may lose its last commits, and no commit waits for the disk
    with suppress(sqlite3.OperationalError):
        # the mode is the file's, and another connection may just be setting it; to a database that
        # is locked for longer, or is none, the next statement says so
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
