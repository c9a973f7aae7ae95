import pandas as pd
import pytest
from regression_model import Model, load_model
from regression_model.simulation import simulate_sales
from tiny import write_tiny_model

HOUSE = {
    "MSSubClass": 60,
    "MSZoning": "RL",
    "LotFrontage": 65.0,
    "LotArea": 8450,
    "Neighborhood": "CollgCr",
    "OverallQual": 7,
    "OverallCond": 5,
    "YearBuilt": 2003,
    "Alley": None,
    "GrLivArea": 1710,
    "GarageYrBlt": 2003,
    "YrSold": 2008,
}


@pytest.fixture
def house() -> dict:
    return dict(HOUSE)


@pytest.fixture(scope="session")
def sales() -> pd.DataFrame:
    return simulate_sales(200)


@pytest.fixture(scope="session")
def rows(sales) -> list[dict]:
    """Simulated sales as JSON would bring them: None for gaps, all fields, no carried ones."""
    houses = sales.drop(columns=["Id", "SalePrice"])
    return houses.astype(object).where(houses.notna(), None).to_dict("records")


@pytest.fixture(scope="session")
def model_directory(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="session")
def model(model_directory) -> Model:
    return load_model(model_directory)
