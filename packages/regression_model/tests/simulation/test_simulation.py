import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from regression_model.encoding import encode_table
from regression_model.data.fingerprint import fingerprint
from regression_model.schema import HOUSES
from regression_model.simulation import (
    NOISE_FLOOR,
    expected_prices,
    iter_sales,
    simulate_sales,
)
from regression_model.simulation.sales import BLOCK_ROWS

KNOWN = "64b63be6acc5e31576fa0670cde6f93a89df8835940b969340fbfc04c667a22a"


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    return simulate_sales(4000)


def noise(sales: pd.DataFrame, **dials) -> np.ndarray:
    return np.log(sales["SalePrice"]) - np.log(expected_prices(sales, **dials))


def test_the_same_seed_gives_the_same_sales_on_every_machine():
    assert fingerprint(simulate_sales(300)) == KNOWN


def test_another_seed_gives_other_sales():
    assert fingerprint(simulate_sales(20, seed=1)) != fingerprint(simulate_sales(20))


def test_a_short_table_is_the_beginning_of_a_long_one():
    long = simulate_sales(BLOCK_ROWS + 5)

    pd.testing.assert_frame_equal(simulate_sales(100), long.head(100))
    assert long["Id"].tolist() == list(range(1, BLOCK_ROWS + 6))


def test_blocks_differ_from_each_other():
    first, second = iter_sales(2 * BLOCK_ROWS)

    assert not first["GrLivArea"].equals(second["GrLivArea"])


def test_blocks_come_one_by_one_so_that_no_table_has_to_fit_in_memory():
    blocks = iter_sales(10_000_000)

    assert isinstance(next(blocks), pa.Table)


def test_the_columns_are_those_of_the_real_table(sales):
    assert list(sales.columns) == ["Id", *HOUSES.names, "SalePrice"]


def test_every_row_keeps_the_schema_and_no_code_is_unknown(sales):
    matrix, errors = encode_table(sales, HOUSES)

    assert not errors
    assert not (matrix == -1).any()


def test_one_row_is_a_table_too():
    assert simulate_sales(1).shape == (1, 81)


def test_log_prices_miss_their_expectation_by_normal_noise_of_the_stated_size(sales):
    error = noise(sales)

    assert error.std() == pytest.approx(NOISE_FLOOR, rel=0.03)
    assert error.mean() == pytest.approx(0, abs=0.005)
    assert (error.abs() < 2 * NOISE_FLOOR).mean() == pytest.approx(0.954, abs=0.01)


def test_drift_moves_houses_and_what_the_same_house_costs(sales):
    later = simulate_sales(4000, drift=2.0)

    assert later["OverallQual"].mean() > sales["OverallQual"].mean() + 0.3
    assert np.log(later["GrLivArea"]).mean() > np.log(sales["GrLivArea"]).mean() + 0.05
    assert later["LotFrontage"].isna().mean() > sales["LotFrontage"].isna().mean() + 0.08
    assert noise(later, drift=2.0).mean() == pytest.approx(0, abs=0.005)
    assert noise(later).mean() == pytest.approx(2 * 0.08, abs=0.005)


@pytest.mark.parametrize("drift", [-10.0, 10.0])
def test_even_a_far_drift_keeps_the_schema(drift):
    assert not encode_table(simulate_sales(2000, drift=drift), HOUSES)[1]


def test_sales_fall_into_the_years_asked_for():
    sales = simulate_sales(2000, first_year=2015, last_year=2017)

    assert sorted(sales["YrSold"].unique()) == [2015, 2016, 2017]
    assert (sales["YearBuilt"] <= sales["YrSold"]).all()
    assert (sales["YearRemodAdd"] <= sales["YrSold"]).all()


def test_an_empty_cell_means_none_where_the_schema_says_so(sales):
    no_garage = sales["GarageArea"] == 0
    no_basement = sales["TotalBsmtSF"] == 0

    assert (sales["GarageType"].isna() == no_garage).all()
    assert (sales["GarageYrBlt"].isna() == no_garage).all()
    assert (sales["BsmtQual"].isna() == no_basement).all()
    assert (sales["FireplaceQu"].isna() == (sales["Fireplaces"] == 0)).all()
    assert (sales["PoolQC"].isna() == (sales["PoolArea"] == 0)).all()


def test_an_empty_cell_means_that_nobody_knows_elsewhere(sales):
    gaps = set(sales.columns[sales.isna().any()])
    unknown = {name for name in gaps if HOUSES[name].missing == "unknown"}

    assert {"LotFrontage", "MasVnrType", "MasVnrArea"} <= unknown
    assert unknown <= {"LotFrontage", "MasVnrType", "MasVnrArea", "Electrical"}


def test_sums_add_up(sales):
    floors = sales["1stFlrSF"] + sales["2ndFlrSF"] + sales["LowQualFinSF"]
    basement = sales["BsmtFinSF1"] + sales["BsmtFinSF2"] + sales["BsmtUnfSF"]

    assert (sales["GrLivArea"] == floors).all()
    assert (sales["TotalBsmtSF"] == basement).all()


def test_the_mess_is_there(sales):
    shares = sales["Utilities"].value_counts(normalize=True)
    neighbourhoods = sales["Neighborhood"].value_counts()
    odd = sales[sales["GrLivArea"] > 4000]

    assert shares["AllPub"] > 0.99
    assert neighbourhoods.min() < 20 < 300 < neighbourhoods.max()
    assert sales["LotArea"].skew() > 3
    assert 0 < len(odd) < 40
    assert (odd["SaleCondition"] == "Partial").all()
    assert sales["GarageCars"].corr(sales["GarageArea"]) > 0.8


@pytest.mark.parametrize(
    ("dials", "says"),
    [
        ({"rows": 0}, "at least one"),
        ({"rows": 5, "first_year": 2010, "last_year": 2009}, "in order"),
        ({"rows": 5, "first_year": 1200}, "between"),
        ({"rows": 5, "drift": float("nan")}, "drift"),
    ],
)
def test_a_dial_that_makes_no_sense_is_refused(dials, says):
    with pytest.raises(ValueError, match=says):
        simulate_sales(**dials)
