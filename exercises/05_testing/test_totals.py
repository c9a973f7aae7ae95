"""Tests for `Totals`, the step of the pipeline that adds up floors, porches and bathrooms."""

import numpy as np
import pandas as pd
import pytest
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


# TODO: the test above passes on eleven spoilt transformers. Write tests that do not.
