"""Last year's client on version 1, this year's on version 2."""

import json
from pathlib import Path

import pytest

from course.grading.formats import Exchange
from regression_model import HOUSES, FeatureSchema

PREDICT, PREDICT_V2 = "/v1/predict/regression", "/v2/predict/regression"
# what may differ: the model's prices in their last digits, the id, the words of another Python
NOT_COMPARED = ["predictions", "request_id", "title", "api_version"]


@pytest.fixture(scope="session")
def recorded():
    """The requests of last year's client, and how they were answered."""
    lines = json.loads(Path(__file__).parents[1].joinpath("last_year.json").read_text("utf-8"))
    return [Exchange(**line) for line in lines]


def words(name, code):
    """What a code says, by the schema; None for one that it does not list."""
    return HOUSES[name].labels.get(code)


@pytest.fixture
def rows(table):
    """Houses whose codes are odd, and bad rows among them."""
    return [
        table[0],
        table[1] | {"GrLivArea": "big"},
        table[2] | {"KitchenQual": " Gd ", "MSSubClass": 60},
        table[3] | {"MSSubClass": 20.0, "Alley": " NA ", "KitchenQual": ""},
        table[4] | {"Neighborhood": "Atlantis", "KitchenQual": None, "MSSubClass": 0},
        5,
        table[5] | {"LotFrontage": 80},
    ]


def logging_app(start, files):
    """Make the service, and /crashes, which shows the tracebacks that it logged."""
    import logging

    from flask import jsonify

    app = start(files)
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(logging.Formatter().format(record))

    logging.getLogger("ml_api").addHandler(Keep())
    app.add_url_rule("/crashes", view_func=lambda: jsonify(lines))
    return app


@pytest.fixture
def told(submission, model, rows, once, start, ask):
    """The answers to the same rows in both versions."""

    def asked():
        with submission.serve(lambda code: logging_app(start, model.files)) as server:
            said = {
                "v1": ask(server.port, PREDICT, rows),
                "v2": ask(server.port, PREDICT_V2, rows),
                "none in v2": ask(server.port, PREDICT_V2, [{}, rows[1]]),
                "again in v1": ask(server.port, PREDICT, rows),
            }
            crashes = ask(server.port, "/crashes").json
        crashed = "\n".join(crashes[0].splitlines()[-4:]) if crashes else ""
        assert not crashed, (
            "An error of your code was answered by a 500. The rows are as they came: a bad one may "
            f"be anything, a number too.\nlogged:\n{crashed}"
        )
        return said

    return once(asked)


def test_last_years_client_is_answered_as_it_was(submission, recorded, last_years_model, start):
    files = last_years_model.files
    submission.replay(lambda code: start(files), recorded, ignore=NOT_COMPARED)


def test_version_1_prices_as_the_model_does(told, rows, model):
    answer = told["v1"]
    expected = [None if place in (1, 5, 6) else model.price(row) for place, row in enumerate(rows)]
    prices = answer.json["predictions"]

    assert [price is None for price in prices] == [
        price is None for price in expected
    ], f"One entry for each row, null for a bad one.\n{answer}"
    assert [price for price in prices if price] == pytest.approx(
        [price for price in expected if price], rel=1e-4
    ), f"The prices are those of the result, as they are.\n{answer}"


def test_version_2_is_version_1_and_labels(told):
    first, second = told["v1"].json, dict(told["v2"].json)
    labels = second.pop("labels", None)

    assert labels is not None, f"Version 2 adds `labels`.\n{told['v2']}"
    assert second == first, (
        "All else in version 2 is as in version 1: who moves from one to the other should not have "
        f"to read anything anew.\nv1 {told['v1']}\nv2 {told['v2']}"
    )
    assert (
        told["again in v1"].json == first
    ), f"After a request to version 2, version 1 answers something else.\n{told['again in v1']}"


def test_a_bad_row_has_null_for_labels(told):
    labels = told["v2"].json["labels"]

    assert len(labels) == 7 and [each is None for each in labels] == [
        *[False, True, False, False, False, True, True]
    ], (
        "`labels` has one entry for each row, in order: null for rows 1, 5 and 6, which have "
        f"errors.\ncame back: {labels}"
    )
    assert told["none in v2"].json.get("labels") == [
        None,
        None,
    ], f"Where every row is bad, each has null for labels.\n{told['none in v2']}"


def test_each_code_is_told_in_words(told, rows):
    labels = told["v2"].json["labels"]
    place, kitchen = rows[0]["Neighborhood"], rows[0]["KitchenQual"]

    assert labels[0] == {
        "Neighborhood": words("Neighborhood", place),
        "KitchenQual": words("KitchenQual", kitchen),
    }, (
        f"The first row has two codes, {place} and {kitchen}; `feature.labels` knows what they say."
        f"\ncame back: {labels[0]}"
    )
    assert labels[2].get("KitchenQual") == "good", (
        "The service takes ' Gd ' for Gd (`clean_text`), and so should its label."
        f"\ncame back: {labels[2]}"
    )
    assert labels[2].get("MSSubClass") == words(
        "MSSubClass", 60
    ), f"The codes of MSSubClass are whole numbers.\ncame back: {labels[2]}"
    assert labels[3].get("MSSubClass") == words(
        "MSSubClass", 20
    ), f"JSON may write the code 20 as 20.0.\ncame back: {labels[3]}"


def test_what_is_missing_has_no_label(told):
    labels = told["v2"].json["labels"]
    said = {"Alley", "KitchenQual"} & set(labels[3]) | {"KitchenQual"} & set(labels[4])

    assert not said, (
        "A cell that is null, empty or ' NA ' is missing: no code, so no label."
        f"\ncame back: {labels[3]}, {labels[4]}"
    )


def test_a_code_that_the_model_does_not_know_is_null(told):
    labels = told["v2"].json["labels"][4]
    unknown = {"Neighborhood": "Atlantis", "MSSubClass": 0}

    for name, code in unknown.items():
        said = name in labels and labels[name] is None
        assert said, (
            f"{code!r} for {name} is priced as a code that the model does not know, and is not "
            f"missing; null tells the client so.\ncame back: {labels}"
        )


def test_version_1_stays_as_it_is_whatever_a_result_holds_one_day(submission, seed):
    more = f"member_{seed}"
    result = {"predictions": [1.0], "version": "2.0", "errors": {}, more: [[0.9, 1.1]]}
    said = submission.run(lambda code: code.answer_of(1, dict(result), [{}], HOUSES))

    assert set(said) == {"predictions", "version", "errors"}, (
        f"One day the model will say more (here a `{more}`). Version 1 promised three members, and "
        "a strict client breaks on a fourth: name the three, not what is left out."
        f"\ncame back: {sorted(said)}"
    )
    said = submission.run(lambda code: code.answer_of(2, dict(result), [{}], HOUSES))
    assert set(said) == {"predictions", "version", "errors", "labels"}, (
        f"Version 2 promised four members, whatever else a result holds (here a `{more}`): name "
        f"them.\ncame back: {sorted(said)}"
    )


def test_the_features_are_those_of_the_model_that_serves(submission, table):
    kitchen = FeatureSchema((HOUSES["KitchenQual"],), ())
    result = {"predictions": [1.0], "version": "2.0", "errors": {}}
    said = submission.run(lambda code: code.answer_of(2, result, table[:1], kitchen))

    assert set(said["labels"][0]) == {"KitchenQual"}, (
        "This model knows one feature, KitchenQual, and the row has other fields, too: labels are "
        f"for the codes of `features`.\ncame back: {said['labels']}"
    )
