"""Read houses from CSV and Parquet files: columns checked first, no type guessed, any size."""

import csv as text_csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from regression_model.schema import DataError, FeatureSchema, check_columns, clean_text, number_in

CHUNK_ROWS = 16_384  # of a Parquet file
CHUNK_BYTES = 8 << 20  # of a CSV file
ID = "Id"

_KINDS = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")
# how a file begins that is no CSV, whatever its name
_NO_CSV = {
    b"\x1f\x8b": "is compressed (gzip): unpack it first",
    b"BZh": "is compressed (bzip2): unpack it first",
    b"\xfd7zXZ": "is compressed (xz): unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed (zstd): unpack it first",
    b"PK\x03\x04": "is a zip archive or an Excel workbook: unpack it, or save it as CSV",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook: save it as CSV",
    b"PAR1": "is a Parquet file: let its name end in .parquet",
    b"\xff\xfe": "is encoded as UTF-16: save it as UTF-8",
    b"\xfe\xff": "is encoded as UTF-16: save it as UTF-8",
}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def table_kind(path: Path) -> str:
    """Tell from a file's name whether it is "csv" or "parquet".

    Raises
    ------
    DataError
        If it is neither.
    """
    if path.suffix.lower() in _COMPRESSED:
        raise DataError(f"{path} is compressed, as its name says: unpack it first.")
    if path.suffix.lower() not in _KINDS:
        raise DataError(
            f"{path} is neither .csv nor .parquet: the end of its name says what it is."
        )
    return _KINDS[path.suffix.lower()]


def read_columns(path: str | Path) -> list[str]:
    """Read the names of a file's columns.

    Parameters
    ----------
    path : str or Path
        A file whose name ends in .csv, .parquet or .pq.

    Returns
    -------
    list of str
        In the order of the file.

    Raises
    ------
    DataError
        If there is no such file, or it holds no table of that kind; the text says what to do.
    """
    path = Path(path)
    kind = table_kind(path)
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    try:
        return _read_header(path) if kind == "csv" else parquet.read_schema(path).names
    except (OSError, pa.ArrowException, text_csv.Error) as error:
        raise _unreadable(path, error) from error


def read_chunks(
    path: str | Path,
    schema: FeatureSchema,
    *,
    needed: Sequence[str] | None = None,
    groups: Sequence[int] | None = None,
) -> Iterator[pa.Table]:
    """Read the columns that a schema knows from a file of any size, some thousand rows at a time.

    Parameters
    ----------
    path : str or Path
        The file.
    schema : FeatureSchema
        Which columns to read.
    needed : sequence of str, optional
        Columns that must be there; by default those that the schema requires.
    groups : sequence of int, optional
        Which row groups of a Parquet file to read; all of them if not given.

    Yields
    ------
    pyarrow.Table
        As the file has it: all columns of a CSV file are text, for the schema to judge.

    Raises
    ------
    DataError
        If there is no such file, it holds no table, lacks a needed column, or has one twice.
    """
    path = Path(path)
    names = read_columns(path)
    needed = schema.required if needed is None else needed
    check_columns(names, schema, source=str(path), needed=needed)
    columns = [name for name in names if name in schema or name in schema.carried]
    try:
        if table_kind(path) == "csv":
            yield from _csv_chunks(path, columns)
        else:
            yield from _parquet_chunks(path, columns, schema, groups)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def read_table(
    path: str | Path, schema: FeatureSchema, *, needed: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read the columns that a schema knows, whole, and turn the text of numbers into numbers.

    Parameters
    ----------
    path, schema, needed
        As for `read_chunks`.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Gaps are missing values. A text where a number belongs stays, for the schema to judge.

    Raises
    ------
    DataError
        As `read_chunks` does, and if there are no rows.
    """
    chunks = list(read_chunks(path, schema, needed=needed))
    table = pa.concat_tables(chunks).to_pandas() if chunks else pd.DataFrame()
    if table.empty:
        raise DataError(f"{path} holds no rows.")
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            is_code = name in schema.categories and not schema[name].has_integer_codes
            table[name] = _read_cells(table[name], is_text=is_code or name == ID)
    return table


def _read_cells(column: pd.Series, *, is_text: bool) -> pd.Series:
    def read(cell: object) -> object:
        if isinstance(cell, bytes):
            cell = cell.decode(errors="replace")
        if not isinstance(cell, str) or clean_text(cell) is None:
            return None if isinstance(cell, str) else cell
        return cell if is_text else number_in(cell)

    cells = pd.Series(list(map(read, column.tolist())), index=column.index, dtype=object)
    return cells.infer_objects()


def _read_header(path: Path) -> list[str]:
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, told in _NO_CSV.items():
        if start.startswith(mark):
            raise DataError(f"{path} {told}.")
    if b"\x00" in start:
        raise DataError(f"{path} is not encoded as UTF-8, or is no text at all: save it as UTF-8.")
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        names = next(filter(None, text_csv.reader(file)), [])
    if not names:
        raise DataError(f"{path} cannot be read as a table: it is empty.")
    for separator, told in _SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            raise DataError(
                f"{path} has {told} between its columns: save it with commas, and with points in "
                "its decimals."
            )
    return names


def _csv_chunks(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    # text, because one bad cell must spoil its own row only, and an Id is its owner's
    convert = csv.ConvertOptions(
        include_columns=columns, column_types=dict.fromkeys(columns, pa.string())
    )
    parse = csv.ParseOptions(newlines_in_values=True)
    read = csv.ReadOptions(block_size=CHUNK_BYTES)
    options = {"read_options": read, "parse_options": parse, "convert_options": convert}
    with csv.open_csv(path, **options) as batches:
        for batch in batches:
            yield pa.table(batch)


def _parquet_chunks(
    path: Path, columns: list[str], schema: FeatureSchema, groups: Sequence[int] | None
) -> Iterator[pa.Table]:
    types = parquet.read_schema(path)
    # as dictionaries: each code is then looked up once a chunk rather than once a row
    texts = [
        name
        for name in columns
        if name in schema.categories and types.field(name).type in (pa.string(), pa.large_string())
    ]
    with parquet.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(CHUNK_ROWS, row_groups=groups, columns=columns):
            yield pa.table(batch)


def _unreadable(path: Path, error: Exception) -> DataError:
    told = first_line(error)
    if "utf8" in told.lower().replace("-", ""):
        return DataError(f"{path} is not encoded as UTF-8: save it as UTF-8. ({told})")
    return DataError(f"{path} cannot be read as a table: {told}")


def first_line(error: Exception) -> str:
    """Return what a message of somebody else's error begins with."""
    return str(error).strip().split("\n", maxsplit=1)[0][:200]
