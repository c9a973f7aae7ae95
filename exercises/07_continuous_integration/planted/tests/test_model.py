import unittest

from area_price import model

AREA = [900, 1200, 1500, 2400]
PRICE = [99_000, 131_000, 166_000, 262_000]


class TestModel(unittest.TestCase):
    def test_each_house_gets_its_price(self):
        prices = model.predict(AREA, model.fit(AREA, PRICE))
        for price, expected in zip(prices, PRICE):
            self.assertAlmostEqual(price / expected, 1, delta=0.02)

    def test_a_larger_house_costs_more(self):
        prices = model.predict(AREA, model.fit(AREA, PRICE))
        self.assertEqual(prices, sorted(prices))
