"""Who was told what: records out of the database, for whoever has to answer for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError

from ml_api.storage.database import StoreError, make_engine, short
from ml_api.storage.records import read_records


def print_records(url: str | None, wanted: Mapping[str, Any]) -> int:
    """Print every record asked for, one line of JSON each, and return the exit status.

    Parameters
    ----------
    url : str or None
        Database URL; None where nothing is kept.
    wanted : mapping
        See `read_records`.

    Raises
    ------
    StoreError
        If there is no store, or it cannot be read.
    """
    if url is None:
        raise StoreError("ML_API_STORE=off: nothing is kept, so there is nothing to look up.")
    engine = make_engine(url)
    try:
        for record in read_records(engine, **wanted):
            # the names of columns are texts of a kind of their own
            print(orjson.dumps(record, option=orjson.OPT_NON_STR_KEYS).decode())
    except SQLAlchemyError as error:
        raise StoreError(f"ML_API_STORE: {short(error)}") from None
    finally:
        engine.dispose()
    return 0


def read_moment(text: str) -> datetime:
    """Read a moment in ISO 8601, UTC where it names no zone, as the records have it."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
