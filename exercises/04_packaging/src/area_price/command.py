"""The command line."""

import sys

from area_price.pricing import price


def main() -> None:
    """Print the price of a house: `area-price 1500`."""
    print(f"${price(float(sys.argv[1])):,.0f}")
