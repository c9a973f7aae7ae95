"""Where priced pieces of a dataset go: a folder of Parquet files, or a table of a database.

Both can `begin` (make room, and give what the workers get), `write` a piece (replacing what an
earlier try may have left), `finish` (make the result visible) and `abandon` (after a failure).
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from regression_model.data import DataError
from regression_model.data.files import ID, first_line
from regression_model.scale.pieces import Piece
from regression_model.scale.writing import part_of, write_tables


@dataclass(frozen=True)
class FolderDestination:
    """A folder of Parquet files, one per piece; it appears when all of them are there."""

    path: Path
    part: Path = Path()

    def begin(self) -> "FolderDestination":
        """Make an empty folder beside the one to be.

        Raises
        ------
        DataError
            If there is something at the destination already.
        """
        if self.path.exists():
            raise DataError(f"{self.path} is there already: name a new folder, or remove it first.")
        part = part_of(self.path)
        part.mkdir(parents=True)
        return replace(self, part=part)

    def write(self, piece: Piece, tables: Iterator[pa.Table]) -> None:
        """Write the file of a piece."""
        write_tables(tables, self.part / f"part-{piece.number:05d}.parquet")

    def finish(self) -> None:
        """Move the folder to its place."""
        self.part.replace(self.path)

    def abandon(self) -> None:
        """Remove the folder that is not whole."""
        shutil.rmtree(self.part, ignore_errors=True)


@dataclass(frozen=True)
class DatabaseDestination:
    """The table `priced_houses` of a database: a run can be told from others by its number."""

    url: str
    run: int = 0

    def begin(self) -> "DatabaseDestination":
        """Make the table if it is not there, and take the next number of a run.

        Raises
        ------
        DataError
            If the database is out of reach.
        """
        import sqlalchemy as sa  # pylint: disable=import-outside-toplevel  # an extra

        try:
            with self._engine() as engine, engine.begin() as connection:
                table = _priced_houses()
                table.metadata.create_all(connection)
                last = connection.scalar(sa.select(sa.func.max(table.c.run)))
                return replace(self, run=(last or 0) + 1)
        except sa.exc.SQLAlchemyError as error:
            # the URL may hold a password, so it is not repeated
            raise DataError(f"The database cannot be used: {first_line(error)}") from None

    def write(self, piece: Piece, tables: Iterator[pa.Table]) -> None:
        """Write the rows of a piece in one transaction."""
        # all of them priced before it begins: nobody else writes to SQLite until it ends
        priced = list(tables)
        with self._engine() as engine, engine.begin() as connection:
            table = _priced_houses()
            mine = (table.c.run == self.run) & (table.c.piece == piece.number)
            connection.execute(table.delete().where(mine))
            insert = _copy if connection.dialect.driver == "psycopg" else _insert
            start = 0
            for prices in priced:
                insert(connection, _with_keys(prices, (self.run, piece.number), start))
                start += len(prices)

    def finish(self) -> None:
        """Nothing is left to do: each piece is there since its transaction ended."""

    def abandon(self) -> None:
        """Leave what is there: the number of its run tells it from others."""

    @contextmanager
    def _engine(self):
        import sqlalchemy as sa  # pylint: disable=import-outside-toplevel  # an extra

        # SQLite lets one worker write at a time; the others wait rather than fail
        patience = {"timeout": 300} if self.url.startswith("sqlite") else {}
        engine = sa.create_engine(self.url, connect_args=patience)
        try:
            yield engine
        finally:
            engine.dispose()


# workers get a copy of it; `begin`, `finish` and `abandon` run in one process
Destination = FolderDestination | DatabaseDestination


def destination_of(out: str) -> Destination:
    """Return the destination that a text names: the URL of a database, or a folder."""
    return DatabaseDestination(out) if "://" in out else FolderDestination(Path(out))


def _priced_houses():
    import sqlalchemy as sa  # pylint: disable=import-outside-toplevel  # an extra

    return sa.Table(
        "priced_houses",
        sa.MetaData(),
        sa.Column("run", sa.Integer, primary_key=True),
        sa.Column("piece", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True, comment="within the piece, from 0"),
        sa.Column("house", sa.String, comment="the Id that came with the row"),
        sa.Column("prediction", sa.Float, comment="US dollars; null for a refused row"),
        sa.Column("errors", sa.Text, comment="JSON of field to messages"),
    )


def _with_keys(prices: pa.Table, keys: tuple[int, int], start: int) -> pa.Table:
    """Return prices as rows of `priced_houses`, numbered from `start`."""
    count = len(prices)
    run, piece = (pa.repeat(key, count) for key in keys)
    numbers = pa.array(range(start, start + count))
    houses = prices[ID].cast(pa.string()) if ID in prices.column_names else pa.nulls(count)
    columns = [run, piece, numbers, houses, prices["prediction"], prices["errors"]]
    return pa.table(columns, names=_priced_houses().c.keys())


def _insert(connection, rows: pa.Table) -> None:
    connection.execute(_priced_houses().insert(), rows.to_pylist())


def _copy(connection, rows: pa.Table) -> None:
    """Send rows as one text, which PostgreSQL takes far faster than INSERTs."""
    text = pa.BufferOutputStream()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    command = f"COPY priced_houses ({names}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
    with connection.connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(text.getvalue())
