import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from regression_model.features import ElapsedYears
from sklearn.exceptions import NotFittedError


@pytest.fixture
def houses() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "YearBuilt": [1990, 2008],
            "GarageYrBlt": [1991.0, np.nan],
            "YrSold": [2008, 2008],
            "LotArea": [8000, 9000],
        },
        index=[7, 3],
    )


# parameters


def test_a_single_name_is_no_list_of_columns(houses):
    with pytest.raises(TypeError, match=r"write \['YearBuilt'\]"):
        ElapsedYears("YearBuilt", reference="YrSold").fit(houses)


def test_the_reference_cannot_elapse_from_itself(houses):
    with pytest.raises(ValueError, match="YrSold cannot be one of the columns"):
        ElapsedYears(["YearBuilt", "YrSold"], reference="YrSold").fit(houses)


@pytest.mark.parametrize(
    "columns, reference", [(["YearBuilt"], "Sold"), (["Sold", "YearBuilt"], "YrSold")]
)
def test_columns_that_are_not_there_are_named(houses, columns, reference):
    with pytest.raises(ValueError, match="lacks the columns Sold$"):
        ElapsedYears(columns, reference=reference).fit(houses)


def test_a_year_in_words_is_refused(houses):
    houses["YearBuilt"] = ["old", "new"]

    with pytest.raises(TypeError, match="YearBuilt holds .*, not numbers"):
        ElapsedYears(["YearBuilt"], reference="YrSold").fit(houses)


# fitted state


def test_fit_remembers_the_columns_and_returns_the_transformer(houses):
    ages = ElapsedYears(["YearBuilt"], reference="YrSold")

    assert ages.fit(houses) is ages
    assert list(ages.feature_names_in_) == list(houses.columns)
    assert ages.n_features_in_ == 4
    assert list(ages.get_feature_names_out()) == list(houses.columns)


def test_it_must_be_fitted_before_it_transforms(houses):
    with pytest.raises(NotFittedError):
        ElapsedYears(["YearBuilt"], reference="YrSold").transform(houses)


# transformed output


def test_years_count_from_the_year_to_the_reference_and_gaps_stay(houses):
    ages = ElapsedYears(["YearBuilt", "GarageYrBlt"], reference="YrSold").fit_transform(houses)

    assert_frame_equal(
        ages, houses.assign(YearBuilt=[18, 0], GarageYrBlt=[17.0, np.nan]), check_like=False
    )


def test_the_table_that_was_given_is_left_alone(houses):
    before = houses.copy()

    ElapsedYears(["YearBuilt"], reference="YrSold").fit_transform(houses)

    assert_frame_equal(houses, before)


def test_a_later_table_may_not_lack_a_year(houses):
    ages = ElapsedYears(["YearBuilt"], reference="YrSold").fit(houses)

    with pytest.raises(ValueError, match="lacks the columns YearBuilt, YrSold"):
        ages.transform(houses[["LotArea"]])
