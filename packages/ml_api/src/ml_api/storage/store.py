"""Predictions in any database that SQLAlchemy can reach, one record a request."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ml_api.storage.database import (
    PATIENCE_S,
    PREDICTIONS,
    RecordRefused,
    StoreError,
    make_engine,
    short,
    store_state,
)
from ml_api.storage.records import Record, insert_records

LOG = logging.getLogger("ml_api.store")
_NOT_LATELY = (-PATIENCE_S, "")
# what a database raises for data that it does not want, and a driver for what it cannot write
_UNWANTED = (sa.exc.DataError, sa.exc.IntegrityError, ValueError, TypeError, OverflowError)


class Store:
    """The plain store: a record is committed to the database before `save` returns.

    Parameters
    ----------
    url : str
        Database URL, for instance ``sqlite:///predictions.db`` or ``postgresql+psycopg://...``.

    Raises
    ------
    StoreError
        If the URL cannot be understood or its driver is not installed.
    """

    def __init__(self, url: str):
        self._engine = make_engine(url)
        is_file = self._engine.dialect.name == "sqlite"
        self._path = self._engine.url.database if is_file else None
        self._file: tuple[int, int] | None = None
        self._prepared = False
        self._preparing = threading.Lock()
        self._failed: tuple[float, str] = _NOT_LATELY
        self._warning: str | None = None

    def save(self, record: Record) -> None:
        """Keep a record, in one transaction that is committed when this returns.

        Raises
        ------
        StoreError
            If the database is away, full, locked or refuses the record.
        """
        self._write([record])

    def save_new(self, records: Sequence[Record]) -> None:
        """Keep all of the records that are not there yet, or none.

        Raises
        ------
        RecordRefused
            If the database will never take one of the records.
        StoreError
            If it cannot be reached, is full or locked.
        """
        self._write(records, new_only=True)

    def _write(self, records: Sequence[Record], new_only: bool = False) -> None:
        try:
            self._prepare()
            insert_records(self._engine, records, new_only)
        except (sa.exc.SQLAlchemyError, *_UNWANTED) as error:
            if isinstance(error, _UNWANTED) or isinstance(getattr(error, "orig", None), _UNWANTED):
                raise RecordRefused(short(error)) from error
            raise StoreError(self._fail(error)) from error
        self._failed = _NOT_LATELY

    def _fail(self, error: Exception) -> str:
        self._failed, self._prepared = (time.monotonic(), short(error)), False
        return self._failed[1]

    def _prepare(self) -> None:
        """Make the table where there is none; notice a SQLite file that is no longer there."""
        if self._prepared and self._file == file_identity(self._path):
            return
        with self._preparing:
            vanished = self._file and self._file != file_identity(self._path)
            if vanished:
                self._engine.dispose()
            try:
                PREDICTIONS.metadata.create_all(self._engine)
            except sa.exc.DBAPIError as error:
                # unless another process made it at the same moment
                if "exists" not in str(error.orig):
                    raise
            if vanished:
                self._warning = f"{self._path} was removed or replaced; a new one was begun."
                LOG.warning(self._warning)
            self._file, self._prepared = file_identity(self._path), True

    def state(self) -> dict[str, Any]:
        """Say whether records can be kept: what failed a moment ago, or else what a try says."""
        at, error = self._failed
        if time.monotonic() - at >= PATIENCE_S:
            error = self._try()
        return store_state("away" if error else "ok", error or None, self._warning)

    def _try(self) -> str:
        """Return why a record cannot be written; nothing is left of the one that is tried."""
        try:
            self._prepare()
            with self._engine.connect() as connection:
                # takes the locks that an insert takes, and changes nothing
                connection.execute(sa.delete(PREDICTIONS).where(PREDICTIONS.c.id == ""))
                connection.rollback()
        except sa.exc.SQLAlchemyError as error:
            return self._fail(error)
        return ""

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def file_identity(path: str | os.PathLike | None) -> tuple[int, int] | None:
    """Return device and inode of a file: another file in its place has others. None without one."""
    try:
        stat = os.stat(path) if path else None
    except OSError:
        return None
    return stat and (stat.st_dev, stat.st_ino)
