import warnings

import numpy as np
import pandas as pd
import pytest
from regression_model import HOUSES
from regression_model.evaluation import measure
from regression_model.pipeline import (
    ConfigError,
    TrainingConfig,
    build_pipeline,
    column_groups,
    fill_missing,
    load_config,
)
from regression_model.simulation import NOISE_FLOOR, simulate_sales
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict


@pytest.fixture(params=["default", "champion"])
def pipeline(request):
    return build_pipeline(load_config(request.param).quick(), HOUSES)


@pytest.fixture(scope="module")
def log_prices(sales):
    return np.log(sales["SalePrice"].to_numpy())


# what becomes of the columns


def test_each_column_is_treated_in_one_way():
    groups = column_groups(load_config(), HOUSES)

    plain = groups.pop("plain")
    assert groups.pop("empty") == []
    columns = [column for group in groups.values() for column in group]
    assert sorted(columns) == sorted([*HOUSES.names, "TotalSF", "PorchSF", "Baths"])
    assert set(plain) <= set(groups["sizes"])


@pytest.mark.parametrize(
    "key, value, told",
    [
        ("logarithms", ["Colour"], "features.logarithms: Colour is not a size or a total"),
        ("logarithms", ["YearBuilt"], "features.logarithms: YearBuilt is not a size"),
        ("plain", ["LotArea", "MoSold"], "features.plain: MoSold is not in features.logarithms"),
        ("ordered", ["LotArea"], "features.ordered: LotArea is not a category of the schema"),
        ("totals", {"All": {"Colour": 1.0}}, "features.totals.All: Colour is not a number"),
        ("totals", {"LotArea": {"GrLivArea": 1.0}}, "totals: LotArea is not free"),
        ("elapsed", {"columns": ["Built"], "reference": "YrSold"}, "elapsed: Built is not a"),
        ("indicators", ["Garage"], "features.indicators: Garage is not a feature of the schema"),
        ("elapsed", {"columns": [], "reference": "Sold"}, "reference: Sold is not a number"),
    ],
)
def test_a_column_in_the_wrong_place_is_named_with_its_key(key, value, told):
    choices = load_config().to_dict()
    choices["features"][key] = value

    with pytest.raises(ConfigError) as caught:
        build_pipeline(TrainingConfig.from_dict(choices), HOUSES)

    assert told in str(caught.value)


def test_a_gap_is_filled_by_what_it_means():
    encoded = pd.DataFrame(np.full((3, len(HOUSES)), np.nan), columns=list(HOUSES.names))
    encoded.loc[:, ["KitchenQual", "GarageQual", "LotFrontage"]] = [
        [2.0, 2.0, 50.0],
        [2.0, np.nan, 70.0],
        [np.nan, np.nan, np.nan],
    ]

    filled = fill_missing(HOUSES).fit_transform(encoded)

    assert filled["KitchenQual"].tolist() == [2, 2, 2]  # nobody wrote it down: the usual
    assert filled["GarageQual"].tolist() == [2, -2, -2]  # there is no garage
    assert filled["LotFrontage"].tolist() == [50, 70, 60]
    assert not filled.isna().any(axis=None)


def test_a_column_says_where_a_cell_was_empty_if_it_is_asked_for():
    encoded = pd.DataFrame(np.ones((3, len(HOUSES))), columns=list(HOUSES.names))
    encoded.loc[1, "GarageYrBlt"] = np.nan

    filled = fill_missing(HOUSES, ["GarageYrBlt"]).fit_transform(encoded)

    assert filled["missingindicator_GarageYrBlt"].tolist() == [0, 1, 0]
    assert list(filled.columns.drop("missingindicator_GarageYrBlt")) == list(
        fill_missing(HOUSES).fit_transform(encoded).columns
    )


# what scikit-learn expects


@pytest.mark.slow
def test_a_clone_learns_the_same(pipeline, sales, log_prices):
    first = pipeline.fit(sales, log_prices).predict(sales)

    np.testing.assert_array_equal(clone(pipeline).fit(sales, log_prices).predict(sales), first)


@pytest.mark.slow
def test_a_grid_search_reaches_every_dial(sales, log_prices):
    grid = {
        "regress__line__alpha": [10.0, 100.0],
        "regress__columns__sizes__quantileclip__quantile": [0],
    }
    search = GridSearchCV(build_pipeline(load_config(), HOUSES), grid, cv=2, error_score="raise")

    search.fit(sales, log_prices)

    assert search.best_params_["regress__line__alpha"] in (10.0, 100.0)


# what life brings


@pytest.mark.slow
def test_columns_may_come_in_any_order_and_in_company(pipeline, sales, log_prices):
    pipeline.fit(sales, log_prices)
    shuffled = sales[sales.columns[::-1]].assign(Colour="blue")

    np.testing.assert_array_equal(pipeline.predict(shuffled), pipeline.predict(sales))


@pytest.mark.slow
def test_a_row_is_priced_alone_as_in_company(pipeline, sales, log_prices):
    together = pipeline.fit(sales, log_prices).predict(sales)[:5]

    alone = [pipeline.predict(sales.iloc[[row]]).item() for row in range(5)]

    np.testing.assert_allclose(alone, together, rtol=1e-12)


@pytest.mark.slow
def test_codes_never_seen_are_priced(pipeline, sales, log_prices):
    pipeline.fit(sales, log_prices)
    new = sales.head(5).assign(
        **{name: "new" for name in HOUSES.categories if name != "MSSubClass"}
    )

    assert np.isfinite(pipeline.predict(new.assign(MSSubClass=999))).all()


@pytest.mark.slow
def test_a_row_with_only_what_is_required_is_priced_as_an_ordinary_house(pipeline):
    sales = simulate_sales(500)
    pipeline.fit(sales, np.log(sales["SalePrice"]))
    bare = sales[list(HOUSES.required)]

    measured = measure(sales["SalePrice"].to_numpy(), np.exp(pipeline.predict(bare)))

    assert measured["rmse_log"] < 0.8 * np.log(sales["SalePrice"]).std()


@pytest.mark.slow
@pytest.mark.parametrize("kept", [1.0, 0.01, 0.0])
def test_columns_may_be_nearly_or_wholly_empty_in_training(pipeline, sales, log_prices, kept):
    random = np.random.default_rng(0)
    gappy = sales.copy()
    for feature in HOUSES:
        if not feature.required:
            gappy[feature.name] = gappy[feature.name].where(random.random(len(sales)) < kept)

    pipeline.fit(gappy, log_prices)

    assert np.isfinite(pipeline.predict(sales)).all()


def test_twenty_sales_with_a_different_code_each_are_enough(pipeline, sales, log_prices):
    few = sales.head(20).assign(Exterior1st=[f"code {number}" for number in range(20)])

    pipeline.fit(few, log_prices[:20])

    assert np.isfinite(pipeline.predict(sales)).all()


@pytest.mark.slow
def test_nothing_is_warned_about(pipeline, sales, log_prices):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pipeline.fit(sales.iloc[:150], log_prices[:150]).predict(sales.iloc[150:])


# how good it is


@pytest.mark.slow
def test_on_simulated_sales_the_default_comes_close_to_the_noise():
    sales = simulate_sales(2000, seed=1)
    log_prices = np.log(sales["SalePrice"].to_numpy())
    folds = KFold(5, shuffle=True, random_state=0)

    predicted = cross_val_predict(
        build_pipeline(load_config(), HOUSES), sales, log_prices, cv=folds
    )

    assert np.sqrt(np.mean((predicted - log_prices) ** 2)) <= 1.15 * NOISE_FLOOR


@pytest.mark.slow
def test_the_champion_beats_the_default_on_houses_it_has_not_seen():
    sales, unseen = simulate_sales(2000), simulate_sales(1000, seed=1)
    log_prices, truth = np.log(sales["SalePrice"]), unseen["SalePrice"].to_numpy()

    errors = [
        measure(truth, np.exp(pipeline.fit(sales, log_prices).predict(unseen)))["rmse_log"]
        for pipeline in (
            build_pipeline(load_config(name), HOUSES) for name in ("default", "champion")
        )
    ]

    assert errors[1] < errors[0]
