"""Six tests of a small service. Two of them pass whatever the service does."""

import price_app
import pytest


@pytest.fixture
def client():
    """Return a client of the service that needs no server."""
    return price_app.create_app().test_client()


@pytest.fixture
def house():
    """Return a house that can be priced."""
    return {"GrLivArea": 1500, "OverallQual": 6}


@pytest.fixture
def expected(client, house):
    """Return what that house costs."""
    return client.post("/predict", json=[house]).json["predictions"]


def test_the_service_says_that_it_is_there(client):
    response = client.get("/health")

    assert response.status_code == 200
    assert response.json == {"status": "ok"}


def test_a_house_gets_its_price(client, house, expected):
    response = client.post("/predict", json=[house])

    assert response.status_code == 200
    assert response.json["predictions"] == pytest.approx(expected)


def test_prices_come_in_the_order_of_the_houses(client, house):
    areas = [2000, 1000, 3000]
    response = client.post("/predict", json=[house | {"GrLivArea": area} for area in areas])

    small, large = response.json["predictions"][1], response.json["predictions"][2]
    assert small < response.json["predictions"][0] < large


def test_a_bad_house_never_spoils_the_others(client, house):
    response = client.post("/predict", json=[house | {"GrLivArea": "big"}, house])

    assert response.status_code == 200
    assert response.json["predictions"][0] is None
    assert response.json["predictions"][1] > 0


def test_each_field_out_of_its_range_is_named(client, house):
    bad = {"GrLivArea": 199, "OverallQual": 11}
    response = client.post("/predict", json=[house | bad])

    for row, errors in response.json["errors"].items():
        if row == 0:
            assert list(errors) == list(bad)


def test_what_is_no_list_of_houses_is_refused(client, house):
    for body in ([], house, [1, 2]):
        assert client.post("/predict", json=body).status_code == 400


# TODO: two of these six cannot fail. Find them, and mend them so that they can.
