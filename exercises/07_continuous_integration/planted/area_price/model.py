"""A line through the logarithms of area and price."""

from math import exp, log


def features(area):
    """Return what the line is a line of."""
    return [log(each) for each in area]


def fit(area, price):
    """Return intercept and slope, by least squares."""
    x, y = features(area), [log(each) for each in price]
    middle, height = sum(x) / len(x), sum(y) / len(y)
    spread = sum((each - middle) ** 2 for each in x)
    slope = sum((each - middle) * (other - height) for each, other in zip(x, y)) / spread
    return height - slope * middle, slope


def predict(area, line):
    """Return a price for each area."""
    intercept, slope = line
    return [exp(intercept + slope * each) for each in features(area)]


def label(price):
    """Return a price as the report shows it."""
    return f"${price:,.0f}"
