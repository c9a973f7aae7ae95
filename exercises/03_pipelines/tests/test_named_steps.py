"""Steps run in their order, and the one that fails is named."""

import math

import pytest

from regression_model.data import check_sales
from regression_model.simulation import simulate_sales


@pytest.fixture(scope="module")
def delivery(seed):
    """Fifty sales, and in the sixth of them a year with a digit too many."""
    sales = simulate_sales(50, seed=seed)
    return sales.assign(YearBuilt=sales["YearBuilt"].where(sales.index != 5, 20060))


def test_each_step_gets_what_the_step_before_returned(submission):
    steps = [("double", lambda number: 2 * number), ("add", lambda number: number + 1)]

    assert submission.run(lambda code: code.run(steps, 10)) == 21, (
        "Ten doubled and one added is 21: the first step gets `value`, every other step what the "
        "one before it returned. 20 would be the first step alone: is there a `return` in the loop?"
    )


def test_each_step_is_called_once_in_its_order(submission):
    def order(code):
        called = []
        add = called.append
        steps = [
            ("clean", lambda _: add(1)),
            ("train", lambda _: add(2)),
            ("clean", lambda _: add(3)),
        ]
        code.run(steps, "sales.csv")
        return called

    assert submission.run(order) == [1, 2, 3], (
        "Three steps should be called once each, in their order: also after one that returned None "
        "(as these do), and also where two have the same name"
    )


def test_none_is_handed_on_like_any_other_value(submission):
    def came_in_and_back(code):
        seen = []
        steps = [("write", lambda _: None), ("look", seen.append)]
        return code.run(steps, "sales.csv"), seen

    assert submission.run(came_in_and_back) == (None, [None]), (
        "A step may return None, and the next one is then called with None, "
        "not with the value before; what the last one returned comes back"
    )


def test_the_list_of_steps_stays_as_it_was(submission):
    def left(code):
        steps = [("double", lambda number: 2 * number), ("add", lambda number: number + 1)]
        code.run(steps, 10)
        return len(steps)

    assert submission.run(left) == 2, (
        "The caller's list of steps came back changed: "
        "the next night there would be nothing left to run"
    )


def test_no_steps_give_the_value_back(submission):
    assert (
        submission.run(lambda code: code.run([], "sales.csv")) == "sales.csv"
    ), "Without any step nothing happens to the value, so it comes back as it was"


def test_the_step_that_fails_is_named_with_its_reason(submission, delivery):
    def validate(sales):
        check_sales(sales)
        return sales

    def told(code):
        try:
            code.run([("ingest", lambda sales: sales), ("validate", validate)], delivery)
        except code.StepFailed as error:
            return str(error)
        return "nothing was raised"

    text = submission.run(told)

    assert text.startswith("validate: The table: 1 of 50 rows"), (
        "`StepFailed` should be raised with the name of the step, a colon, a blank and the text "
        "of the error: the step `validate` refuses this delivery"
    )


def test_whatever_exception_a_step_raises_its_name_is_told(submission):
    class Lost(Exception):
        """An exception of somebody's own, raised without a text."""

    def lose(_):
        raise Lost

    def came_out(code):
        try:
            code.run([("load", lose)], "sales.csv")
        except Exception as error:
            return type(error).__name__, str(error)
        return "nothing was raised", ""

    assert submission.run(came_out) == ("StepFailed", "load: "), (
        "The step `load` raised an exception of its own kind, without a text, and `StepFailed` "
        "should tell its name all the same: which exceptions does `except` name? Their text is "
        "empty here, so exactly `load: ` is wanted"
    )


def test_steps_within_a_step_are_told_from_the_outside_in(submission):
    def text(code):
        inner = [("logarithm", math.log)]
        try:
            code.run([("train", lambda value: code.run(inner, value))], -1)
        except code.StepFailed as error:
            return str(error)
        return "nothing was raised"

    assert submission.run(text).startswith("train: logarithm: "), (
        "A step may run steps itself, and `StepFailed` is then the exception that it raises: "
        "the names of both should be told, `train: logarithm: ...`"
    )


def test_the_error_itself_is_kept_as_the_cause(submission):
    def cause(code):
        inner = [("logarithm", math.log)]
        names = []
        for steps in (inner, [("train", lambda value: code.run(inner, value))]):
            try:
                code.run(steps, -1)
            except code.StepFailed as error:
                names.append(type(error.__cause__).__name__)
        return names

    assert submission.run(cause) == ["ValueError", "StepFailed"], (
        "The error of the step should be the cause of `StepFailed`: "
        "who reads the log wants the line where it happened, too"
    )


def test_no_step_runs_after_one_that_failed(submission):
    def called_after(code):
        called = []
        try:
            code.run([("logarithm", math.log), ("register", called.append)], -1)
        except code.StepFailed:
            pass
        return len(called)

    assert (
        submission.run(called_after) == 0
    ), "The step after the failed one was called: it would register a model that was never made"


def test_somebody_who_stops_the_training_is_obeyed(submission):
    def stop(value):
        raise KeyboardInterrupt(value)

    def stopped_by(code):
        try:
            code.run([("train", stop)], 1)
        except KeyboardInterrupt:
            return "KeyboardInterrupt"
        except code.StepFailed:
            return "StepFailed"
        return "nothing"

    assert submission.run(stopped_by) == "KeyboardInterrupt", (
        "Somebody pressed Ctrl+C: that is no failure of a step, so it should go through as it is. "
        "Which exceptions does `except` name?"
    )
