import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from regression_model.features import Totals
from sklearn.exceptions import NotFittedError

BATHS = {"Baths": {"FullBath": 1, "HalfBath": 0.5}}


@pytest.fixture
def houses() -> pd.DataFrame:
    return pd.DataFrame({"FullBath": [2, 1], "HalfBath": [1.0, np.nan]}, index=[5, 9])


# parameters


def test_parts_that_are_not_there_are_named_once_each(houses):
    totals = Totals({"Floors": {"1stFlrSF": 1, "2ndFlrSF": 1}, "More": {"1stFlrSF": 2}})

    with pytest.raises(ValueError, match="lacks the columns 1stFlrSF, 2ndFlrSF$"):
        totals.fit(houses)


def test_a_total_may_not_take_the_name_of_a_column(houses):
    with pytest.raises(ValueError, match="already has a column FullBath"):
        Totals({"FullBath": {"HalfBath": 1}}).fit(houses)


def test_a_total_of_nothing_is_refused(houses):
    with pytest.raises(ValueError, match="Baths has no parts"):
        Totals({"Baths": {}}).fit(houses)


# fitted state


def test_new_columns_come_last_in_the_order_they_were_named(houses):
    totals = Totals(BATHS | {"Again": {"FullBath": 1}})

    assert totals.fit(houses) is totals
    assert list(totals.get_feature_names_out()) == ["FullBath", "HalfBath", "Baths", "Again"]
    assert totals.n_features_in_ == 2


def test_it_must_be_fitted_before_it_transforms(houses):
    with pytest.raises(NotFittedError):
        Totals(BATHS).transform(houses)


# transformed output


def test_parts_are_weighed_and_a_missing_part_leaves_the_total_missing(houses):
    assert_frame_equal(Totals(BATHS).fit_transform(houses), houses.assign(Baths=[2.5, np.nan]))


def test_the_table_that_was_given_is_left_alone(houses):
    before = houses.copy()

    Totals(BATHS).fit_transform(houses)

    assert_frame_equal(houses, before)
