"""Exercise 01.6: what must hold of a training that repeats."""

import os
import subprocess
import sys
from pathlib import Path

import house_prices
import numpy as np
import pytest
from house_prices import train

FOLDER = Path(house_prices.__file__).parent


@pytest.fixture
def sales():
    """Forty sales in no special order."""
    return [
        {
            "Id": 1 + number * 17 % 40,
            "GrLivArea": 900 + number * 37 % 1500,
            "OverallQual": 3 + number * 3 % 7,
            "YearBuilt": 1950 + number * 11 % 60,
            "GarageArea": number * 23 % 800,
            "LotArea": 4_000 + number * 997 % 9_000,
            "SalePrice": 90_000 + number * 7_919 % 210_000,
        }
        for number in range(40)
    ]


def weights_on(day, sales):
    """Return what a fresh Python process prints after training; each day orders sets anew."""
    program = f"from house_prices import train; print(train({sales}, seed=3))"
    environment = os.environ | {"PYTHONHASHSEED": str(day)}
    return subprocess.check_output(
        [sys.executable, "-c", program], cwd=FOLDER, env=environment, text=True
    )


def test_the_same_seed_gives_the_same_weights(sales):
    assert train(sales, seed=3) == train(sales, seed=3)


def test_the_order_of_rows_does_not_matter(sales):
    assert train(sales[::-1], seed=3) == train(sales, seed=3)


def test_numpys_own_generator_is_left_alone(sales):
    np.random.seed(1)
    untouched = np.random.random()

    np.random.seed(1)
    train(sales, seed=3)

    assert np.random.random() == untouched


def test_every_process_gives_the_same_weights(sales):
    assert weights_on(1, sales) == weights_on(2, sales)
