"""What was known when a house was sold: statistics of the sales before it, and of no others."""

import pandas as pd


def mean_before(sales: pd.DataFrame, *, by: str, value: str) -> pd.Series:
    """Return for each sale the mean of a value over its group's sales of earlier months.

    A mean over all sales would tell a sale of 2006 about prices of 2010, its own among them.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
        With the columns `YrSold` and `MoSold`, in any order.
    by : str
        Column that says the group, such as `Neighborhood`.
    value : str
        Column of numbers.

    Returns
    -------
    Series of float64, shape (n_rows,)
        NaN where the group had no sale before, or the month of the sale is missing.

    Examples
    --------
    >>> sales = pd.DataFrame({"YrSold": 2008, "MoSold": [1, 2, 2, 3], "Neighborhood": "NAmes",
    ...                       "SalePrice": [100, 200, 400, 0]})
    >>> mean_before(sales, by="Neighborhood", value="SalePrice").tolist()
    [nan, 100.0, 100.0, 233.33333333333334]
    """
    keys = [by, "YrSold", "MoSold"]
    months = sales.groupby(keys)[value].agg(["sum", "count"])
    earlier = months.groupby(level=by).cumsum() - months
    means = (earlier["sum"] / earlier["count"]).rename("mean")
    return sales[keys].join(means, on=keys)["mean"].rename(value)
