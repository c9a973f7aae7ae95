"""The price of a house by its area: small enough to be packaged in an exercise."""

from area_price.pricing import price
from area_price.version import __version__

__all__ = ["__version__", "price"]
