"""A mutant and its test."""

import numpy as np
import pandas as pd

from regression_model.features.quantile_clip import QuantileClip

OLD = "not from 0 up to 0.5"
NEW = "out of range"


def test_the_message():
    try:
        QuantileClip(0.7).fit(pd.DataFrame({"GrLivArea": np.arange(3.0)}))
    except ValueError as error:
        assert "not from 0 up to 0.5" in str(error)
