"""Price the houses of a whole file, chunk by chunk: memory holds one chunk, whatever the size.

Columns of codes are read from Parquet as dictionaries, so that each code is looked up once per
chunk rather than once per row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from regression_model.artefact import Model
from regression_model.encoding import encode_table
from regression_model.prediction import price_rows
from regression_model.schema import FeatureSchema
from regression_model.sources import DataError, check_columns, first_line, table_kind
from regression_model.writing import Progress, write_tables

CHUNK_ROWS = 16_384
CHUNK_BYTES = 8 << 20  # of a CSV file
ID = "Id"


@dataclass(frozen=True)
class Scored:
    """How many rows were read, and how many of them could not be priced."""

    rows: int
    refused: int


def score_file(
    model: Model, data: str | Path, out: str | Path, *, progress: Progress | None = None
) -> Scored:
    """Price the houses in a CSV or Parquet file and write the prices to another.

    Parameters
    ----------
    model : Model
        What prices them.
    data : str or Path
        File to read: .csv or .parquet, of any size.
    out : str or Path
        File to write: .csv or .parquet. Its columns are `Id` if there was one, `prediction` in
        dollars, and `errors`: JSON of field to messages for a row that was refused, whose
        prediction is null.
    progress : callable, optional
        Called with the number of rows done since the last call.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If the input cannot be read or lacks a required column; `out` is then left as it was.
    """
    data, refused = Path(data), 0

    def priced() -> Iterator[pa.Table]:
        nonlocal refused
        for chunk in read_chunks(data, model.schema):
            prices = score_table(model, chunk)
            refused += prices["prediction"].null_count
            yield prices

    rows = write_tables(priced(), out, progress=progress)
    if not rows:
        raise DataError(f"{data} holds no rows.")
    return Scored(rows, refused)


def score_table(model: Model, table: pa.Table) -> pa.Table:
    """Price the houses of a table.

    Parameters
    ----------
    model : Model
        What prices them.
    table : pyarrow.Table
        Houses; columns that the schema does not know are ignored.

    Returns
    -------
    pyarrow.Table
        Columns `Id` if there was one, `prediction` and `errors`; one row per house, in order.
    """
    matrix, errors = encode_table(table, model.schema)
    prices = price_rows(model, matrix, errors)
    columns = {ID: table[ID]} if ID in table.column_names else {}
    columns["prediction"] = pa.array(prices, pa.float64())
    messages = np.full(len(prices), None, dtype=object)
    for row, wrong in errors.items():
        messages[row] = json.dumps(wrong)
    columns["errors"] = pa.array(messages, pa.string())
    return pa.table(columns)


def read_chunks(
    path: Path, schema: FeatureSchema, *, groups: Sequence[int] | None = None
) -> Iterator[pa.Table]:
    """Read the columns of a schema, and `Id`, from a CSV or Parquet file of any size.

    Parameters
    ----------
    path : Path
        The file.
    schema : FeatureSchema
        Which columns to read.
    groups : sequence of int, optional
        Which row groups of a Parquet file to read; all of them if not given.

    Yields
    ------
    pyarrow.Table
        Some thousand rows; columns of a CSV file are text, for the schema to judge.

    Raises
    ------
    DataError
        If there is no such file, it holds no table, or it lacks a required column.
    """
    kind = table_kind(path)
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    try:
        if kind == "csv":
            yield from _csv_chunks(path, schema)
        else:
            yield from _parquet_chunks(path, schema, groups)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as a table: {first_line(error)}") from error


def count_rows(path: Path) -> int | None:
    """Return the number of rows if a file says it without being read, else None."""
    if table_kind(path) != "parquet" or not path.is_file():
        return None
    try:
        return parquet.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None  # reading it will say what is wrong


def _wanted(path: Path, columns: list[str], schema: FeatureSchema) -> list[str]:
    check_columns(columns, name=str(path), needed=schema.required)
    return [name for name in (ID, *schema.names) if name in columns]


def _parquet_chunks(
    path: Path, schema: FeatureSchema, groups: Sequence[int] | None
) -> Iterator[pa.Table]:
    texts = [name for name in schema.categories if not schema[name].has_integer_codes]
    with parquet.ParquetFile(path, read_dictionary=texts) as file:
        columns = _wanted(path, file.schema_arrow.names, schema)
        for batch in file.iter_batches(CHUNK_ROWS, row_groups=groups, columns=columns):
            yield pa.table(batch)


def _csv_chunks(path: Path, schema: FeatureSchema) -> Iterator[pa.Table]:
    with csv.open_csv(path) as head:
        columns = _wanted(path, head.schema.names, schema)
        # text, because one bad cell must spoil its own row only and not the column
        types = dict.fromkeys(columns, pa.string())
        if ID in columns and pa.types.is_integer(head.schema.field(ID).type):
            types[ID] = pa.int64()
    convert = csv.ConvertOptions(include_columns=columns, column_types=types)
    read = csv.ReadOptions(block_size=CHUNK_BYTES)
    with csv.open_csv(path, read_options=read, convert_options=convert) as batches:
        for batch in batches:
            yield pa.table(batch)
