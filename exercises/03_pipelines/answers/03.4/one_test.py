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


@pytest.mark.parametrize("kind", ["as they are", "alone", "elsewhere"])
def test_the_service_prices_as_training_does(model, houses, kind):
    if kind == "elsewhere":
        houses = houses.assign(Neighborhood="Nowhere")
    if kind == "alone":
        for label in houses.index[:5]:
            one = houses.loc[[label]]
            assert price_service.price(model, as_request(one)) == pytest.approx(
                in_training(model, one).tolist()
            )
    else:
        assert price_service.price(model, as_request(houses)) == pytest.approx(
            in_training(model, houses).tolist()
        )
