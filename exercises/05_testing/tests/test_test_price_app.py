"""The mended tests pass on the right service, and catch what the six let through and what not."""

from pathlib import Path

RIGHT = (Path(__file__).parents[1] / "price_app.py").read_text(encoding="utf-8")

APPEND = "prices.append(None if wrong else price_of(house))"
NAMED = 'errors[field] = f"From {low} to {high} is expected."'
RANGE = "elif not low <= value <= high:"

DECOYS = [
    (
        '20_000 + 70 * house["GrLivArea"] + 9_000 * house["OverallQual"]',
        '9_000.0 * house["OverallQual"] + (70.0 * house["GrLivArea"] + 20_000)',
    ),
    (APPEND, "prices += [price_of(house)] if not wrong else [None]"),
]
LET_THROUGH = {
    "asks a dollar too much for each square foot": (
        '70 * house["GrLivArea"]',
        '71 * house["GrLivArea"]',
    ),
    "prices houses of any size and quality": (RANGE, "elif False:"),
    "blames the row and names no field": (NAMED, 'errors["house"] = "Something is out of range."'),
    "names the first bad field only": (
        "    return errors\n",
        "    return dict(list(errors.items())[:1])\n",
    ),
}
CAUGHT_BEFORE = {
    "leaves bad houses out of the answer": (APPEND, "prices += [] if wrong else [price_of(house)]"),
    "takes whatever comes": (
        "if not isinstance(houses, list) or not houses or not all",
        "if not all",
    ),
}
ADVICE = {
    "asks a dollar too much for each square foot": (
        "where does the price that a house is compared with come from? Work it out by hand."
    ),
    "prices houses of any size and quality": (
        "how often does the test of the ranges come to its `assert`?"
    ),
    "blames the row and names no field": (
        "compare the fields that are named with those that are bad."
    ),
    "names the first bad field only": (
        "let more than one field of a house be bad, and ask for both names."
    ),
    "leaves bad houses out of the answer": "one of the six caught this before: is it still whole?",
    "takes whatever comes": "one of the six caught this before: is it still whole?",
}


def test_a_service_that_is_wrong_is_caught(submission):
    trial = submission.tests_against("price_app", LET_THROUGH | CAUGHT_BEFORE, RIGHT, DECOYS)

    trial.assert_all_caught(ADVICE)
