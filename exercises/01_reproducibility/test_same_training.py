"""Exercise 01.6: what must hold of a training that repeats?

You are asked to sign for `house_prices.train`. Whatever your tests do not look at, somebody may
spoil without your noticing. `sales` and `weights_on` are here for you to use.
"""

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


# TODO: write the tests that `house_prices.train` passes and that each spoilt version of it fails
