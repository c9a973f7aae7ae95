"""Tests for `Totals`, the step of the pipeline that adds up floors, porches and bathrooms."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError

from regression_model.features.totals import Totals

BATHS = {"Baths": {"FullBath": 1, "HalfBath": 0.5}}
FLOORS = {"Area": {"1stFlrSF": 1, "2ndFlrSF": 1}}


@pytest.fixture
def houses():
    """Three houses, in an order of their own; of the last one a number is missing."""
    return pd.DataFrame(
        {
            "FullBath": [2, 1, 1],
            "HalfBath": [1.0, 0.0, np.nan],
            "1stFlrSF": [900, 1200, 700],
            "2ndFlrSF": [600, 0, 500],
        },
        index=[7, 3, 5],
    )


def test_a_total_is_there_for_each_house(houses):
    added = Totals(FLOORS).fit(houses).transform(houses)

    assert "Area" in added


@settings(derandomize=True, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.floats(0, 5) | st.just(np.nan)), min_size=1, max_size=6
    )
)
def test_a_total_is_a_weighted_sum_beside_the_old_columns(rows):
    table = pd.DataFrame(rows, columns=["FullBath", "HalfBath"], index=range(len(rows), 0, -1))

    added = Totals(BATHS).fit(table).transform(table)

    assert_frame_equal(added, table.assign(Baths=table["FullBath"] + 0.5 * table["HalfBath"]))


def test_two_totals_come_after_the_columns(houses):
    added = Totals(BATHS | FLOORS).fit(houses).transform(houses)

    assert list(added) == [*houses, "Baths", "Area"]
    assert added["Area"].tolist() == [1500, 1200, 1200]


def test_the_table_that_was_handed_in_stays_as_it_was(houses):
    before = houses.copy()

    Totals(BATHS).fit(houses).transform(houses)

    assert_frame_equal(houses, before)


def test_a_house_alone_gets_the_total_that_it_gets_among_others(houses):
    totals = Totals(BATHS).fit(houses)

    assert_frame_equal(totals.transform(houses.head(1)), totals.transform(houses).head(1))


def test_a_name_that_is_taken_is_refused(houses):
    with pytest.raises(ValueError, match="FullBath"):
        Totals({"FullBath": {"HalfBath": 1}}).fit(houses)


def test_it_has_to_be_fitted_first(houses):
    with pytest.raises(NotFittedError):
        Totals(BATHS).transform(houses)


def test_a_part_that_lacks_later_is_named(houses):
    totals = Totals(BATHS).fit(houses)

    with pytest.raises(ValueError, match="HalfBath"):
        totals.transform(houses.drop(columns="HalfBath"))
