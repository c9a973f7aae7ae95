"""Write a table of any size, piece by piece, to a file that is there whole or not at all."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from pyarrow import csv, parquet

from regression_model.data.files import table_kind

Progress = Callable[[int], Any]


def write_tables(
    tables: Iterable[pa.Table], out: str | Path, *, progress: Progress | None = None
) -> int:
    """Write tables of one schema, one after the other, to a CSV or Parquet file.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Taken one at a time; memory holds one of them.
    out : str or Path
        File to write: .csv or .parquet. Missing directories are made.
    progress : callable, optional
        Called with the number of rows of each table written.

    Returns
    -------
    int
        Rows written. If it is 0, no file is.

    Raises
    ------
    DataError
        If the name of the file says neither kind.
    OSError
        If the file cannot be written; one that was there before is then left as it was.
    """
    out = Path(out)
    make = csv.CSVWriter if table_kind(out) == "csv" else parquet.ParquetWriter
    out.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(out)
    rows, writer = 0, None
    try:
        for table in tables:
            writer = writer or make(part, table.schema)
            writer.write_table(table)
            rows += len(table)
            if progress:
                progress(len(table))
        _close(writer)
        if writer:
            part.replace(out)
    except BaseException:
        _close(writer)
        part.unlink(missing_ok=True)
        raise
    return rows


def part_of(out: Path) -> Path:
    """Return a name beside a file or folder to be, which is nobody's yet."""
    return out.with_name(f".{out.name}.{uuid4().hex}.part")


def _close(writer: csv.CSVWriter | parquet.ParquetWriter | None) -> None:
    if writer:
        writer.close()
