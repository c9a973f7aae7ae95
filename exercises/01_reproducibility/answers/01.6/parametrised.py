"""Exercise 01.6: what must hold of a training that repeats; another style."""

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


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_one_seed_gives_one_model_in_any_order(sales, order):
    first = train(sales, seed=11)

    for _ in range(3):
        assert train(sales[order], seed=11) == first


@pytest.mark.parametrize("day", range(1, 4))
def test_every_day_gives_the_same_model(sales, day):
    assert weights_on(day, sales) == weights_on(0, sales)


def test_the_program_draws_what_it_would_have_drawn(sales):
    np.random.seed(5)
    alone = np.random.normal(size=3).tolist()
    np.random.seed(5)
    train(sales, seed=11)

    assert np.random.normal(size=3).tolist() == alone
