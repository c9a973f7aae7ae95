"""A mutant and its test."""

import numpy as np
import pandas as pd

from regression_model.features.quantile_clip import QuantileClip

OLD = "X.quantile(self.quantile).fillna(-np.inf)"
NEW = "X.quantile(min(self.quantile, self.quantile ** 2 * 4)).fillna(-np.inf)"


def test_a_tenth_is_pulled_in_below():
    areas = pd.DataFrame({"area": np.linspace(0, 100, 101)})
    assert np.isclose(QuantileClip(0.1).fit_transform(areas)["area"].min(), 10)
