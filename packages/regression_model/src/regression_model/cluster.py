"""Price a Parquet dataset on a Dask cluster: many processes on this machine, or many machines.

The dataset is cut into pieces of whole row groups. A worker loads the model once, reads its piece
chunk by chunk, and writes the result itself: only counts travel to the scheduler, so that it never
becomes the bottleneck. A piece that is done twice, because a worker died, replaces its own result
and nothing else.

Dask makes its workers give memory back at once, so that every chunk fetches it anew: encoding then
takes three times as long. Workers of `local_cluster` are spared that; start those of a cluster of
yours with MALLOC_TRIM_THRESHOLD_=67108864 and MALLOC_MMAP_THRESHOLD_=33554432 in the environment.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from pyarrow import csv, parquet

from regression_model.artefact import Model, load_model
from regression_model.scoring import ID, Scored, read_chunks, score_table
from regression_model.sources import DataError, first_line
from regression_model.writing import Progress, write_tables

PIECE_ROWS = (
    131_072  # some seconds of work: long beside the cost of a task, short beside a lost worker
)
LOCAL = "local"
_GIVES_BACK_MEMORY = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"


@dataclass(frozen=True)
class Piece:
    """Some row groups of one file of the dataset."""

    number: int
    path: Path
    groups: tuple[int, ...]
    rows: int


class Destination(Protocol):
    """Where priced pieces go. Workers get a copy of it; `begin` and `finish` run in one process."""

    def begin(self) -> Destination:
        """Make room, before the first piece; gives what the workers get."""

    def write(self, piece: Piece, tables: Iterator[pa.Table]) -> None:
        """Keep the result of a piece, replacing what an earlier try may have left."""

    def finish(self) -> None:
        """Make the result visible, after the last piece."""


def score_dataset(
    directory: str | Path,
    data: str | Path,
    out: str,
    *,
    scheduler: str = LOCAL,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Price the houses of a Parquet dataset on a Dask cluster.

    Parameters
    ----------
    directory : str or Path
        Directory of the model. Like `data` and `out`, it must mean the same to every worker.
    data : str or Path
        A Parquet file, or a folder of them.
    out : str
        A folder to make, of one Parquet file per piece; or the URL of a database, whose table
        `priced_houses` the rows are added to.
    scheduler : str
        "local" for processes on this machine, or the address of a running Dask scheduler.
    workers : int, optional
        Number of local processes; as many as there are cores if not given.
    progress : callable, optional
        Called with the number of rows of each piece done.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If the dataset cannot be read, the destination is taken, or the scheduler is out of reach.
    ModelError
        If the directory holds no model that can be used.
    """
    load_model(directory)  # a worker would find out as well, but later and far away
    pieces = cut(Path(data))
    total = Scored(0, 0)
    with _client(scheduler, workers) as client:
        from distributed import as_completed  # pylint: disable=import-outside-toplevel  # an extra

        destination = destination_of(out).begin()
        futures = client.map(
            score_piece, pieces, directory=str(directory), destination=destination, pure=False
        )
        for future in as_completed(futures):
            scored = future.result()
            total = Scored(total.rows + scored.rows, total.refused + scored.refused)
            if progress:
                progress(scored.rows)
    destination.finish()
    return total


def score_piece(piece: Piece, directory: str, destination: Destination) -> Scored:
    """Price one piece and write the result: what a worker does.

    Parameters
    ----------
    piece : Piece
        What to price.
    directory : str
        Directory of the model.
    destination : Destination
        Where the result goes.

    Returns
    -------
    Scored
    """
    model, rows, refused = _model(directory), 0, 0

    def priced() -> Iterator[pa.Table]:
        nonlocal rows, refused
        for chunk in read_chunks(piece.path, model.schema, groups=piece.groups):
            prices = score_table(model, chunk)
            rows += len(prices)
            refused += prices["prediction"].null_count
            yield prices

    destination.write(piece, priced())
    return Scored(rows, refused)


@lru_cache(maxsize=1)
def _model(directory: str) -> Model:
    return load_model(directory)


def cut(data: Path) -> list[Piece]:
    """Cut a dataset into pieces of at least `PIECE_ROWS` rows, the last of each file excepted.

    Parameters
    ----------
    data : Path
        A Parquet file, or a folder of them.

    Returns
    -------
    list of Piece
        In the order of file names and rows.

    Raises
    ------
    DataError
        If there is nothing to read, or a file is no Parquet.
    """
    files = sorted(data.glob("*.parquet")) if data.is_dir() else [data]
    if not files or not files[0].exists():
        raise DataError(f"There are no Parquet files at {data}.")
    groups = [(file, *some) for file in files for some in _row_groups(file)]
    return [Piece(number, *some) for number, some in enumerate(groups)]


def _row_groups(file: Path) -> Iterator[tuple[tuple[int, ...], int]]:
    try:
        metadata = parquet.read_metadata(file)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{file} cannot be read as Parquet: {first_line(error)}") from error
    some: list[int] = []
    rows = 0
    for group in range(metadata.num_row_groups):
        some.append(group)
        rows += metadata.row_group(group).num_rows
        if rows >= PIECE_ROWS:
            yield tuple(some), rows
            some, rows = [], 0
    if some:
        yield tuple(some), rows


def destination_of(out: str) -> Destination:
    """Return the destination that a text names: the URL of a database, or a folder."""
    return Database(out) if "://" in out else Folder(Path(out))


@dataclass(frozen=True)
class Folder:
    """A folder of Parquet files, one per piece; it appears when all of them are there."""

    path: Path

    @property
    def _part(self) -> Path:
        return self.path.with_name(self.path.name + ".part")

    def begin(self) -> Folder:
        """Make an empty folder beside the one to be.

        Raises
        ------
        DataError
            If there is something at the destination already.
        """
        if self.path.exists():
            raise DataError(f"{self.path} is there already: name a new folder, or remove it first.")
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True)
        return self

    def write(self, piece: Piece, tables: Iterator[pa.Table]) -> None:
        """Write the file of a piece."""
        write_tables(tables, self._part / f"part-{piece.number:05d}.parquet")

    def finish(self) -> None:
        """Move the folder to its place."""
        self._part.replace(self.path)


@dataclass(frozen=True)
class Database:
    """The table `priced_houses` of a database: a run can be told from others by its number."""

    url: str
    run: int = 0

    def begin(self) -> Database:
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
            insert = _INSERTS.get(connection.dialect.driver, _insert)
            start = 0
            for prices in priced:
                insert(connection, _with_keys(prices, (self.run, piece.number), start))
                start += len(prices)

    def finish(self) -> None:
        """Nothing is left to do: each piece is there since its transaction ended."""

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


def _insert_tuples(connection, rows: pa.Table) -> None:
    """Hand tuples to the driver: SQLAlchemy's look at each value would take as long again."""
    statement = _priced_houses().insert().compile(dialect=connection.dialect)
    columns = [column.to_pylist() for column in rows.columns]
    connection.exec_driver_sql(str(statement), list(zip(*columns)))


def _copy(connection, rows: pa.Table) -> None:
    """Send rows as one text, which PostgreSQL takes eight times faster than INSERTs."""
    text = pa.BufferOutputStream()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    command = f"COPY priced_houses ({names}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')"
    with connection.connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(text.getvalue())


# by driver; one that is not listed gets SQLAlchemy's own way
_INSERTS = {"pysqlite": _insert_tuples, "psycopg": _copy}


@contextmanager
def _client(scheduler: str, workers: int | None):
    try:
        from distributed import Client  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise DataError(
            "Scoring on a cluster needs Dask: install regression_model[train,cluster]."
        ) from None
    if scheduler != LOCAL:
        try:
            client = Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise DataError(f"No Dask scheduler answers at {scheduler}: {error}") from error
        with client:
            yield client
        return
    with local_cluster(workers) as cluster, Client(cluster) as client:
        yield client


@contextmanager
def local_cluster(workers: int | None = None) -> Iterator[Any]:
    """Start a Dask scheduler and workers of one thread on this machine, and end them afterwards.

    Parameters
    ----------
    workers : int, optional
        Number of processes; as many as there are cores if not given.

    Yields
    ------
    distributed.LocalCluster
    """
    import dask  # pylint: disable=import-outside-toplevel  # an extra
    from distributed import LocalCluster  # pylint: disable=import-outside-toplevel

    with (
        dask.config.set({_GIVES_BACK_MEMORY: None}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as cluster,
    ):
        yield cluster
