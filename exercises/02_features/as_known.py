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
    # TODO: return the features of the houses on the market, as they were known in the evening of
    # as_of
    raise NotImplementedError("exercise 02.3 is still to do")
