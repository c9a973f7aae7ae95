"""A step of CI: compare_prices.py BEFORE.json AFTER.json, captures of two models, the same houses.

Exit status 0 says that the release may go on, any other stops it.
"""

import json
import math
import sys

TOLERANCE = 0.01  # share of the price


def read(path):
    """Return the hash of the houses, and a price for each; None for a house that got none."""
    with open(path, encoding="utf-8") as file:
        capture = json.load(file)
    return capture["houses"], capture["prices"]


def is_price(price):
    """Say whether this is a price: a number, and not NaN or infinite."""
    return isinstance(price, (int, float)) and math.isfinite(price)


def check(before, after):
    """Raise AssertionError where the prices differ."""
    assert len(before) == len(after), f"{len(before)} prices before, {len(after)} after"
    compared = 0
    for row, (old, new) in enumerate(zip(before, after)):
        if old is None and new is None:
            continue
        assert old is not None and new is not None, row
        assert not abs(new - old) > TOLERANCE * old, row
        compared += 1
    assert compared, "no house has two prices"


def main(before, after):
    """Compare two files, and say what came of it."""
    (houses, old), (same_houses, new) = read(before), read(after)
    try:
        assert houses == same_houses, "captures of different houses: take both anew"
        check(old, new)
    except AssertionError as error:
        print(f"DIFFERENT: {error}")
        return 1
    print(f"{len(old)} prices agree")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
