"""Price the houses of a whole file, chunk by chunk: memory holds one chunk, whatever the size."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from regression_model.artefact import Model
from regression_model.data import DataError, read_chunks
from regression_model.data.files import ID, table_kind
from regression_model.encoding import encode_table
from regression_model.prediction import price_rows
from regression_model.scale.writing import Progress, write_tables


@dataclass
class Scored:
    """How many rows were read, and how many of them could not be priced."""

    rows: int = 0
    refused: int = 0

    def score(self, model: Model, chunks: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Price chunks of houses one by one, and count their rows.

        Parameters
        ----------
        model : Model
        chunks : iterable of pyarrow.Table
            As `read_chunks` gives them.

        Yields
        ------
        pyarrow.Table
            As `score_table` gives it.
        """
        for chunk in chunks:
            prices = score_table(model, chunk)
            self.rows += len(prices)
            self.refused += prices["prediction"].null_count
            yield prices


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
        If the input cannot be read, lacks a required column or has one twice, or is the file to
        write; `out` is then left as it was.
    """
    data, out, scored = Path(data), Path(out), Scored()
    if out.exists() and data.exists() and out.samefile(data):
        raise DataError(f"{out} is the file of the houses: give the prices another name.")
    if not write_tables(
        scored.score(model, read_chunks(data, model.schema)), out, progress=progress
    ):
        raise DataError(f"{data} holds no rows.")
    return scored


def score_table(model: Model, table: pa.Table) -> pa.Table:
    """Price the houses of a table that comes from a file.

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
    matrix, errors = encode_table(table, model.schema, from_file=True)
    prices = price_rows(model, matrix, errors)
    columns = {ID: _plain(table[ID])} if ID in table.column_names else {}
    columns["prediction"] = pa.array(prices, pa.float64())
    messages = np.full(len(prices), None, dtype=object)
    for row, wrong in errors.items():
        messages[row] = json.dumps(wrong)
    columns["errors"] = pa.array(messages, pa.string())
    return pa.table(columns)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as it can be written to CSV, too."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def count_rows(path: Path) -> int | None:
    """Return the number of rows if a file says it without being read, else None."""
    if table_kind(path) != "parquet" or not path.is_file():
        return None
    try:
        return parquet.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None  # reading it will say what is wrong
