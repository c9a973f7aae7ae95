"""The mutant is real, survives the given suite, changes prices, and is killed by one test."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from regression_model.features import quantile_clip
from regression_model.simulation import simulate_sales

MODULE = "regression_model.features.quantile_clip"
RIGHT = Path(quantile_clip.__file__).read_text(encoding="utf-8")
SUITE = Path(__file__).parents[1] / "given_suite.py"
COLUMNS = ["GrLivArea", "LotArea", "LotFrontage", "GarageArea", "YearBuilt"]
QUANTILES = [0.25, 0.01, 0, 0.1, 0.4]
CLIP = 'X[self.feature_names_in_].clip(self.lower_, self.upper_, axis="columns")'

# Other transformers that clip as the right one does.
DECOYS = [
    (
        CLIP,
        "X[self.feature_names_in_].clip(lower=self.lower_, axis=1).clip(upper=self.upper_, axis=1)",
    ),
    ("X.quantile(self.quantile)", "X.quantile([self.quantile]).iloc[0]"),
]


def bred(submission):
    """Return the module with the learner's change in it."""
    old, new = submission.run(lambda code: [code.OLD, code.NEW])
    assert isinstance(old, str) and isinstance(new, str), "OLD and NEW are texts, in quotes"
    assert (
        "\n" not in old and "\n" not in new
    ), "One line is changed: OLD and NEW are each a line, or a part of one"
    there = RIGHT.count(old) if old.strip() else 0
    assert (
        there == 1
    ), f"OLD should be in the module exactly once, letter by letter, and it is there {there} times"
    assert old != new, f"OLD and NEW are the same, {old!r}: nothing is changed"
    text = RIGHT.replace(old, new)
    try:
        compile(text, "quantile_clip.py", "exec")
    except SyntaxError as error:
        raise AssertionError(f"With NEW in place, the module is no Python: {error.msg}") from None
    return text


@pytest.fixture(scope="module")
def tables(seed):
    """Simulated sales with gaps: training houses, other houses, both with an index of their own."""
    sales = simulate_sales(5000, seed=seed)[COLUMNS].astype(float)
    sales = sales.sample(frac=1, random_state=seed)
    return sales.head(2000), sales.tail(3000)


def suite_with(clipped):
    """Return the tests of the given suite, which call this instead of the transformer."""
    spec = importlib.util.spec_from_file_location("given_suite", SUITE)
    suite = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(suite)
    suite.clipped = clipped
    return {name: test for name, test in vars(suite).items() if name.startswith("test_")}


def right_answer(train, houses, quantile):
    """Return what the right transformer makes of houses."""
    return quantile_clip.QuantileClip(quantile).fit(train).transform(houses)


def asked_by_the_suite():
    """Return what the given suite calls the transformer with."""
    asked = []

    def note(*question):
        asked.append(question)
        return right_answer(*question)

    for test in suite_with(note).values():
        test()
    return asked


def answers_of(submission, text, questions):
    """Return what a version of the module answers: tables, or the text of an exception."""

    def answer(_):
        names = {"__name__": "mutant"}
        exec(compile(text, "quantile_clip.py", "exec"), names)  # pylint: disable=exec-used
        answers = []
        for train, houses, quantile in questions:
            try:
                clip = names["QuantileClip"](quantile).fit(train.copy())
                answers.append(clip.transform(houses.copy()))
            except Exception as error:  # pylint: disable=broad-except
                answers.append(f"{type(error).__name__}: {error}")
        return answers

    return submission.run(answer)


def same(one, other):
    """Whether two answers are equal: the same table, but for the last digits."""
    try:
        assert_frame_equal(one, other, check_dtype=False)
    except AssertionError:
        return False
    return True


def test_one_line_of_the_module_is_changed(submission):
    bred(submission)


@pytest.mark.depends_on("test_one_line_of_the_module_is_changed")
def test_the_given_suite_lets_it_through(submission):
    answers = iter(answers_of(submission, bred(submission), asked_by_the_suite()))

    def play_back(*_):
        answer = next(answers)
        assert not isinstance(answer, str), answer
        return answer

    caught = []
    for name, test in suite_with(play_back).items():
        try:
            test()
        except AssertionError:
            caught.append(name)
    bred(submission)  # the learner is shown the change, and not the tables
    assert not caught, (
        f"The given suite catches your mutant, by {', '.join(caught)}. Look for a behaviour "
        "that none of its tests asks for."
    )


@pytest.mark.depends_on("test_the_given_suite_lets_it_through")
def test_it_does_something_else_to_houses_that_nobody_has_looked_at(submission, tables):
    questions = [(*tables, quantile) for quantile in QUANTILES]
    # a column that is empty in training, and one that comes in another order
    train, houses = tables
    questions.append((train.assign(LotFrontage=np.nan), houses[COLUMNS[::-1]], 0.05))
    expected = [right_answer(*question) for question in questions]

    answers = answers_of(submission, bred(submission), questions)

    alike = all(map(same, answers, expected))
    bred(submission)
    assert not alike, (
        "Your mutant gives what the module gives, with each of the quantiles 0, 0.01, 0.05, 0.1, "
        "0.25 and 0.4, and for columns that are empty or in another order. It may be equivalent, "
        "or differ elsewhere (in a message, the default, a quantile of 0.5); that does not count "
        "here. Change what is computed for these quantiles."
    )


@pytest.mark.depends_on("test_it_does_something_else_to_houses_that_nobody_has_looked_at")
def test_your_test_kills_it(submission):
    trial = submission.tests_against(MODULE, {"your mutant": bred(submission)}, RIGHT, DECOYS)

    bred(submission)
    assert not trial.missed, (
        "Your test passes on the right module, and on your mutant too. On which houses do the two "
        "differ? Ask for those."
    )
