"""Tables of simulated sales, drawn block by block.

Rows are drawn in blocks, each from its own seed, so that a table is the same however it is cut:
the first hundred rows of a million are the table of a hundred rows.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from regression_model.encoding import encode_table
from regression_model.schema import HOUSES
from regression_model.simulation.houses import draw_houses
from regression_model.simulation.prices import NOISE_FLOOR, expected_log_price
from regression_model.simulation.sheet import Sheet, to_arrow

BLOCK_ROWS = 8192
EARLIEST, LATEST = 1950, 2200  # years of sale; no house may be older than the schema allows


def simulate_sales(
    rows: int = 2000,
    *,
    seed: int = 0,
    drift: float = 0.0,
    first_year: int = 2006,
    last_year: int = 2010,
) -> pd.DataFrame:
    """Simulate house sales.

    Log price is a known function of the features plus normal noise of standard deviation
    `NOISE_FLOOR`: a model can come close to that error and never below it.

    Parameters
    ----------
    rows : int, default 2000
        Number of sales, from 1 to 10 million or whatever memory holds; `iter_sales` needs none.
    seed : int, default 0
        Another seed gives another town.
    drift : float, default 0
        How far the world has moved on, in units of about five years. It moves both the houses
        (per unit: 0.2 marks better, 3 % bigger, 3 years newer, good neighbourhoods more frequent,
        lot frontage unknown 5 points more often) and the price of the same house (8 % per unit).
    first_year, last_year : int, default 2006 and 2010
        Years of sale, both included.

    Returns
    -------
    DataFrame of shape (rows, 81)
        `Id` from 1, the 79 features of the schema, `SalePrice` in dollars.

    Raises
    ------
    ValueError
        If there is less than one row, or the years are out of order or of the schema's limits.

    Examples
    --------
    >>> simulate_sales(3).shape
    (3, 81)
    """
    blocks = iter_sales(rows, seed=seed, drift=drift, first_year=first_year, last_year=last_year)
    return pa.concat_tables(blocks).to_pandas()


def iter_sales(
    rows: int,
    *,
    seed: int = 0,
    drift: float = 0.0,
    first_year: int = 2006,
    last_year: int = 2010,
) -> Iterator[pa.Table]:
    """Simulate house sales block by block.

    Parameters
    ----------
    rows, seed, drift, first_year, last_year
        As for `simulate_sales`.

    Yields
    ------
    pyarrow.Table
        At most 8,192 sales; together the rows of `simulate_sales`, in order.

    Raises
    ------
    ValueError
        As `simulate_sales` does, before the first block is drawn.
    """
    if rows < 1:
        raise ValueError(f"rows is {rows}: at least one sale is needed")
    if not EARLIEST <= first_year <= last_year <= LATEST:
        raise ValueError(
            f"first_year {first_year} and last_year {last_year} must be in order "
            f"and between {EARLIEST} and {LATEST}"
        )
    if not abs(drift) <= 10:
        raise ValueError(f"drift is {drift}: it must lie between -10 and 10")

    def blocks() -> Iterator[pa.Table]:
        for start in range(0, rows, BLOCK_ROWS):
            # the whole block even if only its beginning is asked for: see the module's docstring
            sequence = np.random.SeedSequence(seed, spawn_key=(start // BLOCK_ROWS,))
            sheet = Sheet(np.random.default_rng(sequence), BLOCK_ROWS)
            draw_houses(sheet, first_year=first_year, last_year=last_year, drift=drift)
            yield _to_table(sheet, start, drift, min(rows - start, BLOCK_ROWS))

    return blocks()


def _to_table(sheet: Sheet, start: int, drift: float, rows: int) -> pa.Table:
    mean = expected_log_price(sheet, drift=drift)
    log_price = sheet.normal(mean, NOISE_FLOOR)[:rows]
    columns = {"Id": pa.array(np.arange(start + 1, start + 1 + rows))}
    columns |= {feature.name: to_arrow(feature, sheet[feature.name][:rows]) for feature in HOUSES}
    # to hundreds of dollars, as people agree on prices
    columns["SalePrice"] = pa.array((np.rint(np.exp(log_price) / 100) * 100).astype(np.int64))
    return pa.table(columns)


def expected_prices(sales: pd.DataFrame, *, drift: float = 0.0) -> np.ndarray:
    """Return what simulated houses would fetch without noise: the answer to the riddle.

    Parameters
    ----------
    sales : DataFrame
        Rows of `simulate_sales`.
    drift : float, default 0
        The drift they were simulated with.

    Returns
    -------
    ndarray of float64, shape (len(sales),)
        Dollars: the exponential of the mean log price.
    """
    matrix, _ = encode_table(sales, HOUSES)
    columns = dict(zip(HOUSES.names, matrix.T, strict=True))
    return np.exp(expected_log_price(columns, drift=drift))
