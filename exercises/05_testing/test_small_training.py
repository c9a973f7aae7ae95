"""Tests for a training: its loss falls, it memorises, it resumes, and runs from file to price."""

import numpy as np
import pytest

import small_training as training
from regression_model.simulation import simulate_sales


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
def sales(tmp_path):
    """A CSV file of simulated sales."""
    path = tmp_path / "sales.csv"
    simulate_sales(60, seed=1)[[*training.COLUMNS, "SalePrice"]].to_csv(path, index=False)
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


# TODO: the test above passes on eight spoilt trainings. Write tests that do not.
