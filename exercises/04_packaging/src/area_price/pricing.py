"""What is served: it needs NumPy and the coefficients that a training has left."""

import json
from importlib.resources import files

import numpy as np


def price(area: float) -> float:
    """Return the price in dollars of a house of so many square feet."""
    text = (files("area_price") / "coefficients.json").read_text(encoding="utf-8")
    coefficients = json.loads(text)
    return float(np.dot([coefficients["base"], coefficients["per_square_foot"]], [1, area]))
