"""Every row gets a price, or the reason why there is none; none spoils another."""

import math
from pathlib import Path

import pytest

from regression_model.prediction import NO_PRICE

GOOD = {"GrLivArea": 1500, "OverallQual": 6, "Neighborhood": "Edwards"}


@pytest.fixture
def predict(submission, new_model):
    """A function: what `make_prediction` says of this input, and the input afterwards."""

    def predict(given):
        def ask(code):
            # pylint: disable=import-outside-toplevel
            import json

            result = code.make_prediction(given, new_model())
            json.dumps(result)  # a service has to write it down
            errors = [[row, fields] for row, fields in result["errors"].items()]
            return result["predictions"], errors, result["version"], given

        return submission.run(ask)

    return predict


@pytest.fixture
def houses(draw):
    """Seven good houses of different areas."""
    return [GOOD | {"GrLivArea": area} for area in draw.sample(range(600, 4000), 7)]


def price(house):
    """What the model says of a good house."""
    return pytest.approx(50_000.123456789 + 100 * house["GrLivArea"], rel=1e-11)


def test_each_house_has_a_price_in_order(predict, houses):
    predictions, errors, version, _ = predict(houses)

    assert predictions == [price(house) for house in houses], (
        "Seven good houses came in: wanted are seven prices in dollars, as the model computes them "
        "(to the last digit: whoever shows them may round), in the order of the rows"
    )
    assert errors == [], "Nothing is wrong with these houses, so `errors` should be empty"
    assert version == "1.0.0+0badcafe", (
        "`version` should be that of the model, so that each price can be traced to the model "
        f"that made it; it was {version}"
    )


def test_one_house_may_come_alone(predict):
    predictions, _, _, _ = predict(GOOD)

    assert predictions == [
        price(GOOD)
    ], "A dict is one house: wanted is a list of one price. Which function encodes any input?"


def test_a_bad_row_has_no_price_and_the_others_still_have_theirs(predict, houses, draw):
    bad = sorted(draw.sample(range(1, 7), 2))
    for row in bad:
        houses[row]["GrLivArea"] = "big"
    predictions, errors, _, _ = predict(houses)

    assert len(predictions) == 7, (
        f"Seven rows came in, and {len(predictions)} entries went out: each row has its entry, "
        "also the one that is refused"
    )
    assert [predictions[row] for row in bad] == [None, None], (
        f"Rows {bad} are refused (their area is a word): None should stand in their place. "
        f"It was: {predictions}"
    )
    right = [row for row in range(7) if row not in bad]
    assert [predictions[row] for row in right] == [price(houses[row]) for row in right], (
        f"Rows {bad} are refused, the others should have their own prices still, in their own "
        f"places. It was: {predictions}"
    )
    assert [row for row, _ in errors] == bad and "GrLivArea" in errors[0][1], (
        f"`errors` should say what is wrong with row {bad[0]} and row {bad[1]}, counted from 0 in "
        f"the request, as the encoding tells it. It was: {dict(errors)}"
    )


def test_a_gap_that_is_allowed_is_left_to_the_model(predict, houses, draw):
    row = draw.randrange(7)
    del houses[row]["OverallQual"]
    predictions, errors, _, _ = predict(houses)

    # $7,000 are 70 square feet
    wanted = [price(h | {"GrLivArea": h["GrLivArea"] + 70 * (h is houses[row])}) for h in houses]
    assert (predictions, errors) == (wanted, []), (
        f"Row {row} has no OverallQual, which the schema allows, so there is no error: the model "
        "knows what a gap is worth ($7,000 more here), and should be given the row as it is "
        "encoded, with NaN"
    )


@pytest.mark.parametrize("quality, what", [(10, "infinity"), (9, "NaN")])
def test_a_price_that_is_not_finite_is_no_price(predict, houses, draw, quality, what):
    row = draw.randrange(2, 7)
    houses[row]["OverallQual"] = quality
    houses[1]["GrLivArea"] = -1
    predictions, errors, _, _ = predict(houses)

    assert predictions[row] is None, (
        f"The model computes {what} for row {row}: that is no price, and no JSON, so None "
        f"should stand there. It was {predictions[row]}"
    )
    assert dict(errors).get(row) == {"_schema": [NO_PRICE]}, (
        f"Row {row} has no price because it is not finite, and `errors` should say so: "
        f'{{"_schema": [NO_PRICE]}}. It was: {dict(errors)}'
    )
    assert (
        sorted(dict(errors)) == [1, row] and "GrLivArea" in dict(errors)[1]
    ), "Row 1 was refused for its area: that reason should stay beside the other one"
    assert predictions[0] == price(houses[0]), "The good rows should have their prices still"


def test_when_every_row_is_bad_each_is_told(predict):
    predictions, errors, _, _ = predict([GOOD | {"GrLivArea": 0}, {}, None])

    assert predictions == [None, None, None] and [row for row, _ in errors] == [
        0,
        1,
        2,
    ], "Three bad rows: wanted are three times None, and three reasons"


def test_no_rows_have_no_prices(predict):
    predictions, errors, _, _ = predict([])

    assert (predictions, errors) == ([], []), "No rows came in: two empty answers are wanted"


def test_the_rows_stay_as_they_were(predict, houses):
    given = [*houses[:2], GOOD | {"GrLivArea": None}, GOOD | {"Id": 1, "SalePrice": 150_000}]

    assert predict(given)[3] == given, "The rows of the request came back changed"


def test_what_is_no_rows_is_an_error_of_the_caller(submission, new_model):
    submission.raises("TypeError", lambda code: code.make_prediction(1500, new_model()))


def test_rows_of_a_batch_are_priced_by_the_same_function(submission, new_model):
    def price_them(code):
        # pylint: disable=import-outside-toplevel
        import numpy as np

        matrix = np.array([[1000.0, 5, 0], [math.nan, 5, 0], [2000, 10, 0], [30_000, 5, 0]])
        errors = {1: {"GrLivArea": ["no area"]}}
        before = matrix.copy()
        prices = code.price_rows(new_model(), matrix, errors)
        same = np.array_equal(before, matrix, equal_nan=True)
        return prices, [[row, fields] for row, fields in errors.items()], same

    prices, errors, same = submission.run(price_them)

    assert same, "`price_rows` changed the matrix that it was given: it belongs to the caller"
    wanted = [price({"GrLivArea": 1000}), None, None, price({"GrLivArea": 30_000})]
    assert prices == wanted, (
        "`price_rows` was given four encoded rows; row 1 has an error, and row 2 has no finite "
        "price: wanted is a list of four, None for these two (row 3 is a dear house, at over "
        "three million dollars, and that is a price)"
    )
    assert errors == [[1, {"GrLivArea": ["no area"]}], [2, {"_schema": [NO_PRICE]}]], (
        "`price_rows` should add the rows whose price is not finite to `errors`, the dict that it "
        "was given, and leave the errors alone that are there"
    )


def test_without_a_model_the_current_one_is_meant(submission):
    def ask(code):
        # pylint: disable=import-outside-toplevel
        import os

        os.environ["REGRESSION_MODEL"] = "models/nowhere"
        code.make_prediction(GOOD)

    submission.raises("ModelError", ask, match="models/nowhere")


def test_the_model_is_asked_for_at_each_call(submission, new_model):
    named = (None, None, "models/other", Path("models/third"), Path("models/third"))

    def ask(code):
        # pylint: disable=import-outside-toplevel
        import sys
        from contextlib import ExitStack
        from unittest.mock import patch

        asked = []

        def current_model(directory=None):
            asked.append(directory and str(directory))
            return new_model()

        package = [module for name, module in sys.modules.items() if "regression_model" in name]
        with ExitStack() as stack:
            for module in [code, *package]:
                if "current_model" in vars(module):
                    stack.enter_context(patch.object(module, "current_model", current_model))
            for model in named:
                # an answer that looks for a model elsewhere finds none
                code.make_prediction(GOOD, model)
        return asked

    asked = submission.run(ask)

    assert asked == [directory and str(directory) for directory in named], (
        "Five calls named, in turn, no model twice, then the directories `models/other` and, "
        "twice, `models/third`; what `current_model` was asked for is another list. Ask it at each "
        "call, for the directory that was named: it keeps what it has loaded, and sees when that "
        "changes"
    )
