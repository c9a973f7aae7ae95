"""A mutant and its test."""

import numpy as np
import pandas as pd

from regression_model.features.quantile_clip import QuantileClip

OLD = "        return X[self.feature_names_in_].clip("
NEW = "        return X.clip("


def test_columns_in_another_order():
    train = pd.DataFrame({"a": np.arange(11.0), "b": 100 + np.arange(11.0)})
    result = QuantileClip(0.1).fit(train).transform(train[["b", "a"]])
    assert list(result.columns) == ["a", "b"]
    assert result["b"].min() == 101
