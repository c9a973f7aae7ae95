"""The tables of this lesson's tests: another seed is another table."""

import numpy as np
import pandas as pd
import pytest

from regression_model.simulation import simulate_sales

COLUMNS = ["Id", "GrLivArea", "YearBuilt", "YrSold", "Neighborhood", "LotFrontage", "SalePrice"]


@pytest.fixture(scope="session")
def known(seed) -> pd.DataFrame:
    """A thousand sales of the months before."""
    return simulate_sales(1000, seed=seed)[COLUMNS]


@pytest.fixture(scope="session")
def delivered(known, seed) -> pd.DataFrame:
    """Three hundred sales of this month, in places that are known."""
    sales = simulate_sales(300, seed=seed + 1000)[COLUMNS]
    familiar = sales["Neighborhood"].isin(known["Neighborhood"])
    places = sales["Neighborhood"].where(familiar, known["Neighborhood"][0])
    return sales.assign(Neighborhood=places)


@pytest.fixture
def table(delivered) -> pd.DataFrame:
    """A good delivery, to be changed at will."""
    return delivered.copy()


@pytest.fixture
def generator(seed) -> np.random.Generator:
    """Where random tables are drawn from."""
    return np.random.default_rng(seed)
