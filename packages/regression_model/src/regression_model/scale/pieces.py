"""A dataset cut into pieces, each of which one worker prices at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from regression_model.data import DataError
from regression_model.data.files import first_line, read_columns
from regression_model.schema import FeatureSchema, check_columns

# some seconds of work: long beside the cost of a task, short beside a lost worker
PIECE_ROWS = 131_072


@dataclass(frozen=True)
class Piece:
    """Some row groups of one file of the dataset."""

    number: int
    path: Path
    groups: tuple[int, ...]
    rows: int


def cut(data: Path, schema: FeatureSchema) -> list[Piece]:
    """Cut a dataset into pieces of at least `PIECE_ROWS` rows, the last of each file excepted.

    Parameters
    ----------
    data : Path
        A Parquet file, or a folder of them.
    schema : FeatureSchema
        Whose required columns each file must have.

    Returns
    -------
    list of Piece
        In the order of file names and rows.

    Raises
    ------
    DataError
        If there is nothing to read, or a file is no Parquet, lacks a required column or has one
        twice.
    """
    files = sorted(data.glob("*.parquet")) if data.is_dir() else [data]
    if not files or not files[0].exists():
        raise DataError(f"There are no Parquet files at {data}.")
    for file in files:
        check_columns(read_columns(file), schema, source=str(file), needed=schema.required)
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
