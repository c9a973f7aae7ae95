"""Tables that the tests of this lesson share: small enough to check a price with a pencil."""

import pandas as pd
import pytest


@pytest.fixture
def sizes() -> pd.DataFrame:
    """Two columns of 101 values: the 5 % quantile of the first is 5, of the second 50."""
    return pd.DataFrame({"GrLivArea": range(101), "LotArea": range(0, 1010, 10)}, dtype=float)


@pytest.fixture
def sales() -> pd.DataFrame:
    """Three houses, one built in the year of its sale, and two columns that are no years."""
    return pd.DataFrame(
        {
            "LotArea": [9000, 8000, 7000],
            "YearBuilt": [1990, 1950, 2007],
            "YearRemodAdd": [2000, 1950, 2007],
            "YrSold": [2008, 2006, 2007],
            "Neighborhood": ["NAmes", "OldTown", "Somerst"],
        },
        index=[7, 8, 9],
    )
