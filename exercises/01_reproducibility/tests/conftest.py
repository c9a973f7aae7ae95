"""The tables of this lesson's tests: another seed is another table."""

import numpy as np
import pytest
from regression_model.simulation import simulate_sales

COLUMNS = ["Id", "Alley", "LotFrontage", "LotArea", "OverallQual", "YrSold", "SalePrice"]


@pytest.fixture(scope="session")
def simulated(seed):
    """Sixty sales: whole numbers, text, and two columns with gaps."""
    sales = simulate_sales(60, seed=seed)[COLUMNS]
    # gaps in the first rows, whatever the seed, and known values beside them
    alley = [None, "Pave", "Grvl", *sales["Alley"][3:]]
    frontage = [None, 65.0, 80.0, *sales["LotFrontage"][3:]]
    return sales.assign(Alley=alley, LotFrontage=frontage)


@pytest.fixture
def table(simulated):
    """The simulated sales, to be changed at will."""
    return simulated.copy()


@pytest.fixture
def ids(seed):
    """Two hundred house numbers, in no special order."""
    numbers = np.random.default_rng(seed).choice(9_000, size=200, replace=False) + 1_000
    return numbers.tolist()
