import numpy as np
import pandas as pd
import pytest

from regression_model.features.totals import Totals

PORCHES = Totals({"Porch": {"Open": 1, "Closed": 0.25}})


def tables():
    given = pd.DataFrame({"Open": [8.0, 4.0], "Closed": [4.0, np.nan]}, index=["b", "a"])
    return given, given.copy()


def test_sums_by_weight():
    given, before = tables()
    result = PORCHES.fit_transform(given)
    assert result.loc["b", "Porch"] == 9
    assert np.isnan(result.loc["a", "Porch"])
    assert list(result.columns) == ["Open", "Closed", "Porch"]
    assert list(result.index) == ["b", "a"]
    assert given.equals(before)


def test_refusals():
    given, _ = tables()
    with pytest.raises(Exception):
        Totals({"Porch": {"Open": 1}}).transform(given)
    for weights in ({"Open": {"Closed": 1}}, {"Porch": {"Nowhere": 1}}):
        with pytest.raises(ValueError):
            Totals(weights).fit(given)
    with pytest.raises(ValueError):
        PORCHES.fit(given).transform(given[["Open"]])
