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
    rows = {}
    listed = [house for house in table.to_dict("records") if house["listed_on"] <= as_of]
    middle = pd.Series([house["GrLivArea"] for house in listed], dtype=float).median()
    for house in listed:
        if house["sold_on"] <= as_of:
            continue
        prices = [
            other["SalePrice"]
            for other in listed
            if other["Neighborhood"] == house["Neighborhood"] and other["sold_on"] <= as_of
        ]
        rows[house["Id"]] = {
            "area": house["GrLivArea"],
            "days": (as_of - house["listed_on"]).days,
            "relative_area": house["GrLivArea"] / middle,
            "place_mean": sum(prices) / len(prices) if prices else float("nan"),
            "valuation": house["valuation"] if house["valued_on"] <= as_of else float("nan"),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
