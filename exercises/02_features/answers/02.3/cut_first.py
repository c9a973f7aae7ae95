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
    known = table.query("listed_on <= @as_of").copy()
    for moment, value in (("sold_on", "SalePrice"), ("valued_on", "valuation")):
        known[value] = known[value].mask(~(known[moment] <= as_of))
    known["place_mean"] = known.groupby("Neighborhood")["SalePrice"].transform("mean")
    known["relative_area"] = known["GrLivArea"] / known["GrLivArea"].median()
    known["days"] = [(as_of - day) // pd.Timedelta(days=1) for day in known["listed_on"]]
    market = known[~(known["sold_on"] <= as_of)].rename(columns={"GrLivArea": "area"})
    wanted = ["Id", "place_mean", "valuation", "days", "area", "relative_area"]
    return market[wanted].sort_values("area").set_index("Id")
