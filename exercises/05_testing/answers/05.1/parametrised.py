import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal
from sklearn.base import clone

from regression_model.features.totals import Totals


@pytest.mark.parametrize(
    "full, half, weights, expected",
    [
        (2, 1, {"full": 1, "half": 0.5}, 2.5),
        (2, 1, {"half": 3}, 3),
        (0, 0, {"full": 1, "half": 1}, 0),
        (2, np.nan, {"full": 1, "half": 1}, np.nan),
    ],
)
def test_one_house(full, half, weights, expected):
    house = pd.DataFrame({"full": [full], "half": [half]}, index=[40])
    total = clone(Totals({"sum": weights})).fit_transform(house)
    assert total.loc[40, "sum"] == pytest.approx(expected, nan_ok=True)


def test_many_houses():
    houses = pd.DataFrame({"full": range(9), "half": [1.0] * 9}).sample(frac=1, random_state=0)
    kept = houses.copy(deep=True)
    result = Totals({"sum": {"full": 2, "half": 1}}).fit(houses).transform(houses)
    assert_index_equal(result.index, kept.index)
    assert_frame_equal(result[["full", "half"]], kept)
    assert [*result] == ["full", "half", "sum"]
    assert_frame_equal(houses, kept)
    assert_series_equal(result["sum"], 2 * kept["full"] + 1.0, check_names=False)


def test_refuses_names_that_are_taken():
    house = pd.DataFrame({"full": [1], "half": [1]})
    try:
        Totals({"half": {"full": 1}}).fit(house)
    except ValueError as error:
        assert "half" in str(error)
    else:
        pytest.fail("accepted")


def test_refuses_to_work_unfitted_or_on_other_tables():
    house = pd.DataFrame({"full": [1], "half": [1]})
    totals = Totals({"sum": {"full": 1, "half": 1}})
    with pytest.raises(Exception, match="not fitted"):
        totals.transform(house)
    with pytest.raises(ValueError, match="lacks"):
        totals.fit(house).transform(house.drop(columns="half"))
