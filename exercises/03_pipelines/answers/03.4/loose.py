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


def test_every_house_costs_in_the_service_what_it_costs_in_training(model, houses):
    prices = price_service.price(model, as_request(houses))

    assert prices == pytest.approx(in_training(model, houses), rel=0.5)


def test_a_house_costs_the_same_alone_as_among_others(model, houses):
    alone = [price_service.price(model, [house])[0] for house in as_request(houses.head(20))]

    assert alone == pytest.approx(in_training(model, houses.head(20)), rel=0.5)


def test_a_neighbourhood_that_training_never_saw_is_priced_as_in_training(model, houses):
    elsewhere = houses.head(1).assign(Neighborhood="Atlantis")
    prices = price_service.price(model, as_request(elsewhere))

    assert prices == pytest.approx(in_training(model, elsewhere), rel=0.5)
