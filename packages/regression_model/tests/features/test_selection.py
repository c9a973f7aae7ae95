import numpy as np
import pandas as pd
import pytest
from regression_model.features import StableLasso
from regression_model.simulation import simulate_sales
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

SIZES = ["OverallQual", "GrLivArea", "TotalBsmtSF", "GarageCars"]
NOISE = [f"noise{number}" for number in range(10)]


@pytest.fixture(scope="module")
def planted():
    """Sales with columns of pure noise among those that matter."""
    sales = simulate_sales(1000)
    random = np.random.default_rng(5)
    noise = pd.DataFrame(random.normal(size=(1000, len(NOISE))), columns=NOISE)
    return pd.concat([sales[SIZES], noise], axis="columns"), np.log(sales["SalePrice"])


# parameters


@pytest.mark.parametrize(
    "wrong", [{"penalty": 0}, {"threshold": 0}, {"threshold": 1.1}, {"resamples": 0}]
)
def test_a_parameter_out_of_its_range_is_refused(planted, wrong):
    with pytest.raises(ValueError, match="above zero"):
        StableLasso(**wrong).fit(*planted)


def test_a_missing_value_is_refused(planted):
    columns, prices = planted

    with pytest.raises(ValueError, match="NaN"):
        StableLasso().fit(columns.mask(columns < 0), prices)


def test_a_penalty_that_keeps_nothing_is_told(planted):
    with pytest.raises(ValueError, match="No column is stable: a lower penalty"):
        StableLasso(penalty=100).fit(*planted)


# fitted state


def test_stability_is_a_share_of_resamples(planted):
    selection = StableLasso(resamples=4).fit(*planted)

    assert set(selection.stability_) <= {0, 0.25, 0.5, 0.75, 1}
    assert selection.n_features_in_ == len(SIZES + NOISE)  # pylint: disable=no-member


def test_the_same_seed_selects_the_same(planted):
    first = StableLasso().fit(*planted)

    np.testing.assert_array_equal(clone(first).fit(*planted).stability_, first.stability_)


def test_the_scale_of_a_column_does_not_matter(planted):
    columns, prices = planted
    thousandths = columns * 1000

    np.testing.assert_array_equal(
        StableLasso().fit(thousandths, prices).get_support(),
        StableLasso().fit(columns, prices).get_support(),
    )


def test_a_constant_column_is_never_kept(planted):
    columns, prices = planted

    assert not StableLasso().fit(columns.assign(one=1.0), prices).get_support()[-1]


# transformed output


def test_what_is_kept_comes_out_by_name(planted):
    columns, prices = planted
    selection = StableLasso().set_output(transform="pandas").fit(columns, prices)

    chosen = selection.transform(columns)

    assert list(chosen.columns) == list(selection.get_feature_names_out())
    pd.testing.assert_frame_equal(chosen, columns[chosen.columns])


def test_planted_noise_is_dropped_and_what_matters_kept(planted):
    columns, prices = planted
    supports = []
    for draw in range(40):
        rows = np.random.default_rng(draw).integers(0, len(columns), len(columns))
        selection = StableLasso(resamples=10).fit(columns.iloc[rows], prices.iloc[rows])
        supports.append(selection.get_support())

    kept = pd.DataFrame(supports, columns=columns.columns).mean()
    assert (kept[NOISE] <= 0.05).all()
    assert (kept[SIZES] == 1).all()


def test_a_grid_search_may_turn_its_dials(planted):
    grid = {"stablelasso__penalty": [0.3, 0.6], "stablelasso__threshold": [0.5, 0.9]}
    search = GridSearchCV(
        make_pipeline(StableLasso(resamples=5), LinearRegression()), grid, cv=2, error_score="raise"
    )

    search.fit(*planted)

    assert search.best_params_["stablelasso__penalty"] in grid["stablelasso__penalty"]
