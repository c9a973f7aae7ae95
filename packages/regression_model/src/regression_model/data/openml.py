"""The real house sales of Ames, Iowa, from OpenML: fetched once, and known again by their hash."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from regression_model.data.files import first_line, read_table
from regression_model.schema import HOUSES, DataError, FeatureSchema, check_columns

OPENML_ID = 42165  # "house_prices": the competition's training table, 1,460 sales
OPENML_ROWS = 1460
CACHE = "REGRESSION_MODEL_CACHE"


def openml_sales(
    cache: str | Path | None = None,
    *,
    fetch: Callable[[], pd.DataFrame] | None = None,
    schema: FeatureSchema = HOUSES,
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

    schema : FeatureSchema
        Which columns to return, beside `Id` and `SalePrice`.

    Returns
    -------
    DataFrame of shape (1460, len(schema) + 2)

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
    return read_table(path, schema)


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
    needed = (*HOUSES.names, *HOUSES.carried)
    check_columns(list(sales.columns), HOUSES, source="The OpenML table", needed=needed)
    content = sales.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    _hash_file(path).write_text(hashlib.sha256(content).hexdigest() + "\n", encoding="ascii")
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)  # in one step: a file that is there is whole
