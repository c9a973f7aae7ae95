"""Sales to learn from: loaded from where one says, and checked before anybody learns."""

from pathlib import Path

import numpy as np
import pandas as pd

from regression_model.data.files import read_table
from regression_model.data.openml import openml_sales
from regression_model.encoding import Errors, encode_table
from regression_model.schema import HOUSES, DataError, FeatureSchema, check_columns
from regression_model.simulation import simulate_sales

SOURCES = ("simulated", "openml")
PRICE = "SalePrice"
NO_PRICE = "There is no price above zero."
SIMULATED_ROWS = 2000


def load_sales(
    data: str | Path | None = None,
    *,
    source: str = "simulated",
    rows: int = SIMULATED_ROWS,
    seed: int = 0,
    schema: FeatureSchema = HOUSES,
) -> pd.DataFrame:
    """Load sales with prices: the columns that the schema knows.

    Parameters
    ----------
    data : str or Path, optional
        A CSV or Parquet file. It goes before `source`.
    source : {"simulated", "openml"}
        Where sales come from when there is no file.
    rows, seed : int
        Size and seed of the simulated table.
    schema : FeatureSchema
        Which columns to load.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Gaps are missing values. A sale may still break a rule: see `broken_rules`.

    Raises
    ------
    DataError
        If the table cannot be read, lacks a needed column, or has one twice.
    """
    if data is not None:
        return read_table(data, schema, needed=(*schema.required, PRICE))
    if source == "simulated":
        return simulate_sales(rows, seed=seed)
    if source == "openml":
        return openml_sales(schema=schema)
    raise DataError(f"There is no source {source!r}: choose one of {', '.join(SOURCES)}.")


def broken_rules(sales: pd.DataFrame, schema: FeatureSchema) -> dict[int, Errors]:
    """Say which sales nobody should learn from, and why.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
    schema : FeatureSchema
        What a sale must keep to.

    Returns
    -------
    dict of int to dict of str to list of str
        Row index (not label) to field to reasons, in the order of the rows.

    Raises
    ------
    DataError
        If there are no sales, a needed column is lacking, or one is there twice.
    """
    if sales.empty:
        raise DataError("The table holds no rows.")
    check_columns(list(sales.columns), schema, needed=(*schema.required, PRICE))
    _, broken = encode_table(sales, schema)
    prices = prices_of(sales)
    for row in np.flatnonzero(~((prices > 0) & np.isfinite(prices))).tolist():
        broken.setdefault(row, {})[PRICE] = [NO_PRICE]
    return dict(sorted(broken.items()))


def check_sales(sales: pd.DataFrame, *, schema: FeatureSchema = HOUSES) -> None:
    """Make sure that every sale can be trained on or evaluated.

    Parameters
    ----------
    sales, schema
        As for `broken_rules`.

    Raises
    ------
    DataError
        As `broken_rules` does, and if a sale breaks a rule; the text tells the first.
    """
    broken = broken_rules(sales, schema)
    if broken:
        raise DataError(f"The table: {tell_broken(broken, len(sales))}")


def tell_broken(broken: dict[int, Errors], rows: int) -> str:
    """Say in a sentence how many of so many rows break a rule, and what is wrong with the first."""
    row, fields = next(iter(broken.items()))
    field, reasons = next(iter(fields.items()))
    return (
        f"{len(broken)} of {rows} rows break a rule, the first is row {row + 1}: "
        f"{field}: {reasons[0]}"
    )


def prices_of(sales: pd.DataFrame) -> np.ndarray:
    """Return the prices of sales, in dollars, as float64 of shape (n_rows,); NaN for no number."""
    return pd.to_numeric(sales[PRICE], errors="coerce").to_numpy(np.float64, na_value=np.nan)
