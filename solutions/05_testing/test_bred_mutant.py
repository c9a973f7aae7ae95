"""A mutant of `QuantileClip` that the given suite lets through, and the test that kills it."""

import numpy as np
import pandas as pd

from regression_model.features.quantile_clip import QuantileClip

OLD = "self.upper_ = X.quantile(1 - self.quantile)"
NEW = "self.upper_ = X.quantile(0.75)"


def test_the_upper_limit_follows_the_setting():
    houses = pd.DataFrame({"GrLivArea": np.arange(101.0)})

    assert QuantileClip(0.05).fit(houses).transform(houses)["GrLivArea"].max() == 95
