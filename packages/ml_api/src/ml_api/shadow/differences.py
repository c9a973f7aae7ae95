"""The table of answers from which a candidate differs: with its own way to the database."""

from __future__ import annotations

import json
from contextlib import suppress

import sqlalchemy as sa
from regression_model import Comparison

from ml_api.storage.database import make_engine
from ml_api.storage.records import Record

DIFFERENCES = sa.Table(
    "shadow_differences",
    sa.MetaData(),
    # that of the prediction, where request and answer are
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("at", sa.DateTime(), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("model_version", sa.String(64), nullable=False),
    sa.Column("candidate_version", sa.String(64), nullable=False),
    sa.Column("beyond", sa.Integer(), nullable=False),
    sa.Column("largest", sa.Float(), nullable=False),
    sa.Column("differences", sa.Text(), nullable=False),
)


class Differences:
    """Keeps what differs.

    Parameters
    ----------
    url : str
        Database URL; the engine is never that of a request.
    """

    def __init__(self, url: str):
        self._engine = make_engine(url)

    def keep(self, record: Record, found: Comparison) -> None:
        """Write down where a candidate differs from an answer.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            If that cannot be done.
        """
        values = {
            "id": record.id,
            "at": record.at,
            "request_id": record.request_id,
            "model_version": found.old_version,
            "candidate_version": found.new_version,
            "beyond": found.beyond,
            "largest": found.largest,
            "differences": json.dumps(found.differences),
        }
        with suppress(sa.exc.DBAPIError):
            # another process makes it at the same moment; what else is wrong, the insert says
            DIFFERENCES.metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            connection.execute(sa.insert(DIFFERENCES).values(values))
