"""Tests for a training: its loss falls, it memorises, it resumes, and runs from file to price."""

import csv

import numpy as np
import pytest

import small_training as training


@pytest.fixture
def twenty():
    """Twenty rows of three numbers, and a target for each that has nothing to do with them."""
    generator = np.random.default_rng(1)
    return generator.normal(size=(20, 3)), generator.normal(size=20)


@pytest.fixture
def forty():
    """Forty rows, so that each step learns from one half of them."""
    generator = np.random.default_rng(2)
    rows = generator.normal(size=(40, 3))
    return rows, rows @ [0.5, 0.3, -0.2]


@pytest.fixture
def sold():
    """Sixty houses with the prices that they were sold for."""
    return [
        {
            "GrLivArea": 800 + 137 * number % 1900,
            "OverallQual": 3 + 3 * number % 7,
            "YearBuilt": 1920 + 11 * number % 90,
            "SalePrice": 90_000 + 7_919 * number % 210_000,
        }
        for number in range(60)
    ]


@pytest.fixture
def sales(sold, tmp_path):
    """A CSV file of those sales."""
    path = tmp_path / "sales.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*training.COLUMNS, "SalePrice"])
        table.writeheader()
        table.writerows(sold)
    return path


@pytest.fixture
def houses():
    """Three houses as a request brings them."""
    return [
        {"GrLivArea": 900, "OverallQual": 4, "YearBuilt": 1950},
        {"GrLivArea": 1500, "OverallQual": 6, "YearBuilt": 1980},
        {"GrLivArea": 2600, "OverallQual": 9, "YearBuilt": 2005},
    ]


def weights_of(state):
    """Return all weights of a state as one list."""
    return [number for value in state["weights"].values() for number in np.ravel(value)]


def test_the_loss_is_measured(twenty):
    assert training.loss(training.start(3), *twenty) > 0


def test_the_loss_falls(forty):
    before = training.loss(training.start(3), *forty)
    after = training.advance(training.start(3), *forty, steps=50)

    assert training.loss(after, *forty) < before / 2


def test_twenty_rows_are_learned_by_heart(twenty):
    state = training.advance(training.start(3), *twenty, steps=300)

    assert training.loss(state, *twenty) < 0.05


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(forty, tmp_path):
    training.save(training.advance(training.start(3), *forty, steps=12), tmp_path / "state.json")
    resumed = training.advance(training.load(tmp_path / "state.json"), *forty, steps=8)
    whole = training.advance(training.start(3), *forty, steps=20)

    assert weights_of(resumed) == pytest.approx(weights_of(whole))


def test_the_state_that_is_handed_in_stays_as_it_was(forty):
    state = training.start(3)
    before = dict(state)

    training.advance(state, *forty, steps=5)

    assert weights_of(state) == weights_of(before)


@pytest.mark.parametrize("quick", [True, False])
def test_what_is_written_is_what_was_trained(sold, sales, tmp_path, quick):
    told = training.run(sales, tmp_path, quick=quick)

    learned = sold[: training.QUICK_ROWS] if quick else sold
    prices = training.price(tmp_path, learned)
    errors = np.log(prices) - np.log([house["SalePrice"] for house in learned])
    assert told == pytest.approx(np.mean(errors**2))


def test_a_house_costs_alone_what_it_costs_among_others(sales, tmp_path, houses):
    training.run(sales, tmp_path, quick=True)

    together = training.price(tmp_path, houses)
    assert [training.price(tmp_path, [house])[0] for house in houses] == pytest.approx(together)
