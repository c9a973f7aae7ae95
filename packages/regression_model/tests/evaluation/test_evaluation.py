import numpy as np
import pytest
from regression_model.pipeline import load_config
from regression_model.data import DataError, prices_of
from regression_model.evaluation import (
    OutOfFold,
    cross_validate,
    evaluate,
    measure,
    predict_out_of_fold,
    summarise,
)
from regression_model.simulation import simulate_sales


@pytest.fixture(scope="module")
def config():
    return load_config()


def test_figures_are_what_their_names_say():
    prices, predicted = np.array([100.0, 200.0, 400.0]), np.array([100.0, 200.0, 200.0])

    figures = measure(prices, predicted)

    spread = ((prices - prices.mean()) ** 2).sum()
    assert figures["rmse"] == pytest.approx(np.sqrt(200**2 / 3))
    assert figures["rmse_log"] == pytest.approx(np.log(2) / np.sqrt(3))
    assert figures["r2"] == pytest.approx(1 - 200**2 / spread)


def test_a_single_sale_can_be_measured():
    assert measure(np.array([100.0]), np.array([110.0]))["r2"] == 0


def test_a_model_is_measured_as_it_is_served_beside_the_mean(model, rows, sales):
    result = evaluate(model, sales)

    matrix, _ = model.encode(rows)
    prices = prices_of(sales)
    assert result["rows"] == len(sales)
    assert {name: result[name] for name in ("rmse", "rmse_log", "r2")} == pytest.approx(
        measure(prices, model.predict(matrix))
    )
    assert result["baseline"]["rmse_log"] == pytest.approx(np.log(prices).std())


def test_the_mean_is_that_of_the_training_sales_where_the_model_knows_it(
    model_directory, sales, monkeypatch
):
    from regression_model import load_model  # pylint: disable=import-outside-toplevel

    model = load_model(model_directory)
    monkeypatch.setitem(model.manifest.metrics, "mean_log_price", 11.0)

    baseline = evaluate(model, sales)["baseline"]

    prices = prices_of(sales)
    assert baseline == pytest.approx(measure(prices, np.full(len(prices), np.exp(11.0))))


def test_sales_that_break_the_schema_cannot_be_measured(model, sales, config):
    broken = sales.assign(YrSold=20000)

    with pytest.raises(DataError, match="YrSold"):
        evaluate(model, broken)
    with pytest.raises(DataError, match="YrSold"):
        cross_validate(broken, config)


def test_figures_are_means_of_folds():
    prices = np.array([100.0, 200.0, 100.0, 200.0])
    predicted = np.array([100.0, 200.0, 200.0, 100.0])
    folds = [np.array([0, 1]), np.array([2, 3])]

    result = summarise(prices, OutOfFold(predicted, prices, folds))

    assert [fold["rmse"] for fold in result["folds"]] == [0, 100]
    assert result["rmse"] == 50
    assert result["baseline"]["rmse"] == 0
    assert result["rows"] == 4


@pytest.mark.slow
def test_each_sale_is_priced_once_by_a_model_that_never_saw_it(sales, config):
    told = []

    first = predict_out_of_fold(sales, config, folds=4, progress=told.append)
    # a price that nobody would guess: only a model that saw it could
    wild = sales.assign(SalePrice=sales["SalePrice"].where(sales.index != 17, 9_000_000))
    second = predict_out_of_fold(wild, config, folds=4)

    assert sorted(np.concatenate(first.folds)) == list(range(len(sales)))
    assert second.predicted[17] == first.predicted[17]
    assert second.baseline[17] == first.baseline[17]
    assert told == [f"fold {number} of 4" for number in (1, 2, 3, 4)]


@pytest.mark.slow
def test_cross_validation_finds_the_model_better_than_the_mean(config):
    result = cross_validate(simulate_sales(600), config, folds=3)

    assert result["rmse_log"] < 0.5 * result["baseline"]["rmse_log"]
    assert [fold["rows"] for fold in result["folds"]] == [200, 200, 200]


@pytest.mark.slow
def test_another_seed_gives_other_folds(sales, config):
    folds = [predict_out_of_fold(sales, config, folds=2, seed=seed).folds[0] for seed in (0, 0, 1)]

    np.testing.assert_array_equal(folds[0], folds[1])
    assert set(folds[0]) != set(folds[2])


def test_more_folds_than_sales_are_refused(sales, config):
    with pytest.raises(ValueError, match="5 folds need at least as many sales; there are 3"):
        cross_validate(sales.head(3), config)


@pytest.mark.slow
def test_a_fold_may_lack_a_code_and_have_columns_that_are_empty(config):
    sales = simulate_sales(60, seed=4)
    sales["Alley"] = None
    sales["Heating"] = [f"kind {number}" for number in range(60)]

    result = cross_validate(sales, config, folds=6)

    assert np.isfinite(result["rmse"])
