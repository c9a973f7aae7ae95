"""What a house costs in training, it costs in the service: tests that catch the difference."""

import json

import numpy as np
import pytest

import price_service
from regression_model.simulation import simulate_sales


@pytest.fixture(scope="module")
def model():
    """A model fitted on a few hundred sales."""
    return price_service.fit(simulate_sales(300, seed=1))


@pytest.fixture(scope="module")
def houses():
    """Houses that training has not seen, as a table. Some have no LotFrontage."""
    return simulate_sales(200, seed=2)[price_service.COLUMNS]


def as_request(table):
    """Return the rows of a table as a request brings them: a list of dict, a gap is None."""
    return json.loads(table.to_json(orient="records"))


def in_training(model, table):
    """Return what the fitted pipeline says of a table: the prices that the service must give."""
    return np.exp(model.predict(table))


def test_prices_are_equal_for_one_house_and_for_many(model, houses):
    houses = houses.copy()
    houses.loc[houses.index[:5], "Neighborhood"] = "Mars"
    expected = in_training(model, houses)
    together = price_service.price(model, as_request(houses))
    np.testing.assert_allclose(together, expected, rtol=1e-6)
    alone = [price_service.price(model, [house])[0] for house in as_request(houses)[:20]]
    np.testing.assert_allclose(alone, expected[:20], rtol=1e-6)
