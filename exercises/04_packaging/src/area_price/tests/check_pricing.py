"""A test of the package. It has no business in the wheel."""

from area_price import price


def test_a_larger_house_costs_more():
    assert price(2000) > price(1000)
