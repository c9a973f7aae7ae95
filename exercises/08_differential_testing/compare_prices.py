"""A step of CI: compare_prices.py BEFORE.json AFTER.json, captures of two models, the same houses.

Exit status 0 says that the release may go on, any other stops it.
"""

# TODO: this step has been green for two years. Find out why, and mend it.

import json
import math
import sys

TOLERANCE = 100  # per cent would be too strict
FIRST, LAST = 20, 200  # the first rows are test data, they often have no price


def read(path):
    """Return the hash of the houses, and a price for each; None for a house that got none."""
    with open(path, encoding="utf-8") as file:
        capture = json.load(file)
    return capture["houses"], capture["prices"]


def check(before, after):
    """Raise AssertionError where the prices differ."""
    missing = len(before) > len(after)
    if missing:
        assert len(before) >= len(after), "prices are missing"
    elif len(before) < len(after):
        after = after[: len(before)]
        assert len(before) == len(after), "there are more prices than before"
    before = [price for price in before[FIRST:LAST] if price]
    after = [price for price in after[FIRST:LAST] if price]
    for row, (old, new) in enumerate(zip(before, after)):
        assert math.isclose(old, new, rel_tol=TOLERANCE), f"row {row}: {old} before, {new} after"


def main(before, after):
    """Compare two files, and say what came of it."""
    (_, old), (_, new) = read(before), read(after)
    try:
        check(old, new)
    except AssertionError as error:
        print(f"DIFFERENT: {error}")
    print(f"{len(old)} prices compared")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
