"""Where sales come from: the simulation, the real thing from OpenML, or a file.

Whatever is wrong with a table is said in a sentence (`DataError`) before any training begins.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from regression_model.encoding import encode_table
from regression_model.houses import HOUSES
from regression_model.schema import MISSING_TEXTS, FeatureSchema
from regression_model.simulation import simulate_sales

SOURCES = ("simulated", "openml")
PRICE = "SalePrice"
OPENML_ID = 42165  # "house_prices": the competition's training table, 1,460 sales
OPENML_ROWS = 1460
CACHE = "REGRESSION_MODEL_CACHE"
SIMULATED_ROWS = 2000


class DataError(Exception):
    """A table cannot be used; the text says why and what to do."""


def load_sales(
    data: str | Path | None = None,
    *,
    source: str = "simulated",
    rows: int = SIMULATED_ROWS,
    seed: int = 0,
    schema: FeatureSchema = HOUSES,
) -> pd.DataFrame:
    """Load sales with prices, and check that each of them keeps the schema.

    Parameters
    ----------
    data : str or Path, optional
        A CSV or Parquet file. It goes before `source`.
    source : {"simulated", "openml"}
        Where sales come from when there is no file.
    rows, seed : int
        Size and seed of the simulated table.
    schema : FeatureSchema
        What a sale must keep to.

    Returns
    -------
    DataFrame
        Columns as in the source; gaps are missing values.

    Raises
    ------
    DataError
        If the table cannot be read, lacks a needed column, or a sale breaks a rule.
    """
    if data is not None:
        sales, name = read_table(data), str(data)
    elif source == "simulated":
        sales, name = simulate_sales(rows, seed=seed), "the simulated table"
    elif source == "openml":
        sales, name = openml_sales(), "the OpenML table"
    else:
        raise DataError(f"There is no source {source!r}: choose one of {', '.join(SOURCES)}.")
    check_sales(sales, name=name, schema=schema)
    return sales


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : str or Path
        A file whose name ends in .csv, .parquet or .pq.

    Returns
    -------
    DataFrame
        In CSV, only an empty cell and NA are missing; None, for instance, is a text.

    Raises
    ------
    DataError
        If there is no such file, or it holds no table of that kind.
    """
    path = Path(path)
    kind = table_kind(path)
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    try:
        table = _read_csv(path) if kind == "csv" else parquet.read_table(path).to_pandas()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as a table: {first_line(error)}") from error
    if table.empty:
        raise DataError(f"{path} holds no rows.")
    return table


def table_kind(path: Path) -> str:
    """Tell from a file's name whether it is "csv" or "parquet".

    Raises
    ------
    DataError
        If it is neither.
    """
    kinds = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}
    if path.suffix.lower() not in kinds:
        raise DataError(
            f"{path} is neither .csv nor .parquet: the end of its name says what it is."
        )
    return kinds[path.suffix.lower()]


def _read_csv(path: Path) -> pd.DataFrame:
    options = csv.ConvertOptions(null_values=list(MISSING_TEXTS), strings_can_be_null=True)
    return csv.read_csv(path, convert_options=options).to_pandas()


def first_line(error: Exception) -> str:
    """Return what a message of somebody else's error begins with."""
    return str(error).strip().split("\n", maxsplit=1)[0][:200]


def check_columns(columns: list[str], *, name: str, needed: tuple[str, ...]) -> None:
    """Raise DataError if a table called `name` lacks one of the needed columns."""
    lacking = [column for column in needed if column not in columns]
    if lacking:
        raise DataError(f"{name} has no column {', '.join(lacking)}.")


def check_sales(sales: pd.DataFrame, *, name: str, schema: FeatureSchema = HOUSES) -> None:
    """Check that sales can be trained on or evaluated.

    Parameters
    ----------
    sales : DataFrame
        A table of sales.
    name : str
        What to call the table in a message.
    schema : FeatureSchema
        What a sale must keep to.

    Raises
    ------
    DataError
        If there are no sales, a needed column is lacking, a price is no positive number, or a
        sale breaks the schema.
    """
    if sales.empty:
        raise DataError(f"{name} holds no rows.")
    check_columns(list(sales.columns), name=name, needed=(*schema.required, PRICE))
    prices = pd.to_numeric(sales[PRICE], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~((prices > 0) & np.isfinite(prices)))
    if len(wrong):
        raise DataError(
            f"{name} has {len(wrong)} rows without a price above zero in {PRICE}, "
            f"the first is row {wrong[0] + 1}."
        )
    _, errors = encode_table(sales, schema)
    if errors:
        row, fields = next(iter(errors.items()))
        field, messages = next(iter(fields.items()))
        raise DataError(
            f"{name}: {len(errors)} of {len(sales)} rows break the schema, "
            f"the first is row {row + 1}: {field}: {messages[0]}"
        )


def openml_sales(
    cache: str | Path | None = None, *, fetch: Callable[[], pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Return the real Ames sales, fetched from OpenML once.

    Parameters
    ----------
    cache : str or Path, optional
        Directory to keep them in; by default the one that the environment variable
        REGRESSION_MODEL_CACHE names, or `.cache/regression_model` in the home directory.
    fetch : callable, optional
        Fetches the table; by default `sklearn.datasets.fetch_openml`, which compares what it
        downloads with the checksum that OpenML publishes.

    Returns
    -------
    DataFrame of shape (1460, 81)

    Raises
    ------
    DataError
        If they cannot be fetched, or the cached file was changed.
    """
    path = _cache_directory(cache) / f"openml_{OPENML_ID}.csv"
    if not path.exists():
        _fetch_into(path, fetch or _fetch_openml)
    noted = _hash_file(path).read_text(encoding="ascii") if _hash_file(path).exists() else ""
    if hashlib.sha256(path.read_bytes()).hexdigest() != noted.strip():
        raise DataError(f"{path} is not what was fetched from OpenML. Remove it to fetch it again.")
    return read_table(path)


def _cache_directory(cache: str | Path | None) -> Path:
    named = cache or os.environ.get(CACHE)
    return Path(named) if named else Path.home() / ".cache" / "regression_model"


def _hash_file(path: Path) -> Path:
    return path.with_suffix(".csv.sha256")


def _fetch_openml() -> pd.DataFrame:
    from sklearn.datasets import fetch_openml  # pylint: disable=import-outside-toplevel  # 1 s

    return fetch_openml(data_id=OPENML_ID, as_frame=True, parser="pandas", cache=False).frame


def _fetch_into(path: Path, fetch: Callable[[], pd.DataFrame]) -> None:
    try:
        sales = fetch()
    except Exception as error:  # pylint: disable=broad-exception-caught  # whatever networks raise
        raise DataError(
            f"The real sales cannot be fetched from OpenML ({first_line(error)}). Without a "
            "network use the simulated table, which needs none, or a file: --data FILE."
        ) from error
    if len(sales) != OPENML_ROWS:
        raise DataError(f"OpenML gave {len(sales)} sales where {OPENML_ROWS} were expected.")
    check_sales(sales, name="The OpenML table")
    content = sales.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    _hash_file(path).write_text(hashlib.sha256(content).hexdigest() + "\n", encoding="ascii")
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)  # in one step: a file that is there is whole
