"""Features of the houses on the market, as they were known in the evening of a given day."""

import pandas as pd


def features(table: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return one row for each house that is on the market in the evening of `as_of`.

    Parameters
    ----------
    table : DataFrame of shape (n_houses, 8)
        One row a house: `Id`, `Neighborhood`, `GrLivArea`, `listed_on`, `sold_on`, `SalePrice`,
        `valued_on`, `valuation`. What has not happened yet is missing.
    as_of : Timestamp
        A day. What happened on it is known in its evening, what comes later is not.

    Returns
    -------
    DataFrame of shape (n_on_the_market, 5)
        Indexed by `Id`: `area`, `days`, `relative_area`, `place_mean`, `valuation`.
    """
    listed = table[table["listed_on"] <= as_of].set_index("Id")
    sold = listed[listed["sold_on"] <= as_of]
    means = sold.groupby("Neighborhood")["SalePrice"].mean()
    market = listed.drop(index=sold.index)
    return pd.DataFrame(
        {
            "area": market["GrLivArea"],
            "days": (as_of - market["listed_on"]).dt.days,
            "relative_area": market["GrLivArea"] / listed["GrLivArea"].median(),
            "place_mean": market["Neighborhood"].map(means),
            "valuation": market["valuation"].where(market["valued_on"] <= as_of),
        }
    )
