"""The suite that guards `QuantileClip`. It is thinner than it looks: see exercise 05.4.

.venv/bin/pytest exercises/05_testing/given_suite.py
"""

import numpy as np
import pandas as pd
import pytest

from regression_model.features.quantile_clip import QuantileClip


def clipped(train, houses, quantile):
    """Return houses clipped by the limits that were learned from the table `train`."""
    return QuantileClip(quantile).fit(train).transform(houses)


def sizes():
    """Return five houses, the last of them huge."""
    areas = {"GrLivArea": [900.0, 1000.0, 1100.0, 1200.0, 9000.0]}
    return pd.DataFrame({**areas, "LotArea": [5000.0, 6000.0, 7000.0, 8000.0, 90000.0]})


def test_a_quarter_is_pulled_in_at_either_end():
    areas = clipped(sizes(), sizes(), 0.25)["GrLivArea"]

    assert areas.tolist() == [1000, 1000, 1100, 1200, 1200]


def test_limits_come_from_training():
    mansion = pd.DataFrame({"GrLivArea": [9000.0], "LotArea": [20000.0]})

    assert clipped(sizes(), mansion, 0.25)["GrLivArea"].item() == 1200


def test_each_column_has_its_own_limits():
    lots = clipped(sizes(), sizes(), 0.25)["LotArea"]

    assert lots.max() == 8000


def test_what_is_usual_stays_as_it_is():
    middle = sizes().iloc[[2]]

    assert clipped(sizes(), middle, 0.25).to_numpy() == pytest.approx(middle.to_numpy())


def test_rows_keep_their_index():
    moved = sizes().set_index(np.array([7, 3, 5, 1, 9]))

    assert clipped(sizes(), moved, 0.25).index.tolist() == [7, 3, 5, 1, 9]
