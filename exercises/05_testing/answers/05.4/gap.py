"""A mutant and its test."""

import numpy as np
import pandas as pd

from regression_model.features.quantile_clip import QuantileClip

OLD = 'self.upper_, axis="columns")'
NEW = 'self.upper_, axis="columns").fillna(0)'


def test_a_gap_stays_a_gap():
    houses = pd.DataFrame({"LotFrontage": [50.0, np.nan, 70.0]})
    assert QuantileClip().fit(houses).transform(houses)["LotFrontage"].isna().tolist() == [
        False,
        True,
        False,
    ]
