import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from regression_model.features import QuantileClip
from sklearn.exceptions import NotFittedError


@pytest.fixture
def areas() -> pd.DataFrame:
    return pd.DataFrame({"GrLivArea": np.arange(101.0), "PoolArea": np.zeros(101)})


# parameters


@pytest.mark.parametrize("quantile", [-0.1, 0.5, float("nan")])
def test_a_quantile_that_is_none_is_refused(areas, quantile):
    with pytest.raises(ValueError, match="not from 0 up to 0.5"):
        QuantileClip(quantile).fit(areas)


def test_words_cannot_be_clipped(areas):
    with pytest.raises(TypeError, match="Street holds .*, not numbers"):
        QuantileClip().fit(areas.assign(Street="Pave"))


# fitted state


def test_limits_are_quantiles_of_each_column(areas):
    clip = QuantileClip(0.1).fit(areas)

    assert clip.lower_.tolist() == pytest.approx([10, 0])
    assert clip.upper_.tolist() == pytest.approx([90, 0])
    assert list(clip.get_feature_names_out()) == ["GrLivArea", "PoolArea"]


def test_gaps_do_not_move_the_limits(areas):
    gaps = pd.concat([areas, pd.DataFrame({"GrLivArea": [np.nan] * 50})])

    assert QuantileClip(0.1).fit(gaps).upper_[0] == pytest.approx(90)


def test_it_must_be_fitted_before_it_transforms(areas):
    with pytest.raises(NotFittedError):
        QuantileClip().transform(areas)


# transformed output


def test_later_values_are_held_to_the_limits_of_training(areas):
    later = pd.DataFrame({"GrLivArea": [-5.0, 50.0, 5000.0, np.nan], "PoolArea": [1.0, 0, 0, 0]})

    clipped = QuantileClip(0.1).fit(areas).transform(later)

    assert_frame_equal(
        clipped, pd.DataFrame({"GrLivArea": [10.0, 50, 90, np.nan], "PoolArea": [0.0] * 4})
    )


def test_columns_come_in_the_order_of_training(areas):
    clip = QuantileClip(0.1).fit(areas)

    assert_frame_equal(clip.transform(areas[["PoolArea", "GrLivArea"]]), clip.transform(areas))


def test_a_column_that_was_empty_in_training_limits_nothing():
    clip = QuantileClip().fit(pd.DataFrame({"PoolArea": [np.nan, np.nan]}))

    later = pd.DataFrame({"PoolArea": [-1e9, 1e9]})
    assert_frame_equal(clip.transform(later), later)


def test_a_quantile_of_zero_keeps_all_that_was_seen(areas):
    assert_frame_equal(QuantileClip(0).fit_transform(areas), areas)
