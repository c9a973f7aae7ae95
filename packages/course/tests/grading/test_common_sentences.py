"""What the grader tells of itself, in every exercise: no test has to word it."""

import pytest

pytestmark = pytest.mark.slow

START = "import numpy as np\nimport pandas as pd\n\n"
CALL = "submission.run(lambda code: code.double(3))"
NO_RETURN = "`None` came back: is a `return` missing?"


def told(desk, answer, test, **fields):
    """Return what a learner is told whose answer is graded by one test."""
    return desk.grade(START + answer, f"{START}def test_it(submission):\n    {test}\n", **fields)


def double(body):
    return f"def double(x):\n    {body}\n"


@pytest.mark.parametrize(
    ("answer", "test", "sentence"),
    [
        (
            double("return 2 * x"),
            "submission.raises(ValueError, lambda code: code.double(3))",
            "Nothing was raised: ValueError was asked for.",
        ),
        (
            double("return object()"),
            "submission.raises(ValueError, lambda code: code.double(3))",
            "Nothing was raised: ValueError was asked for.",
        ),
        (
            double("raise KeyError(x)"),
            "submission.raises(ValueError, lambda code: code.double(3))",
            "ValueError was asked for, and your code raised KeyError.",
        ),
        (
            double("return np.array([x, x])"),
            "assert submission.run(lambda code: [code.double(3)]) == [[6, 6]], 'Twice.'",
            "An array came back: something else is expected.",
        ),
        (
            double("2 * x"),
            "submission.run(lambda code: __import__('statistics').mean(code.double(3)))",
            NO_RETURN,
        ),
        (double("2 * x"), f"assert {CALL} == 6, 'Twice three is six.'", NO_RETURN),
        (double("2 * x"), f"assert isinstance({CALL}, int), 'A number, please.'", NO_RETURN),
        (double("2 * x"), f"assert {CALL}['a'] == 6", NO_RETURN),
        (double("return None, x"), f"one, two = {CALL}\n    assert one == two", NO_RETURN),
        (double("2 * x"), "submission.run(lambda code: code.double(3).real)", NO_RETURN),
        (
            double("return (x, x)"),
            f"assert {CALL} == [3, 3], 'Twice.'",
            "A tuple came back, a list is expected.",
        ),
        (
            double("return str(2 * x)"),
            f"assert {CALL} == 6, 'Twice.'",
            "A text came back, a number is expected.",
        ),
        (
            double("return np.array([x, x])"),
            f"assert {CALL}['a'] == 6, 'Twice.'",
            "An array came back: something else is expected.",
        ),
        (
            double("return pd.Series([x, x])"),
            f"assert {CALL} == [6, 6], 'Twice.'",
            "A Series came back: something else is expected.",
        ),
        (
            double("return pd.DataFrame({'b': [x]})"),
            f"assert {CALL}['a'].item() == 6, 'Twice.'",
            "A DataFrame came back, without 'a'.",
        ),
        (
            double("return [x, x]"),
            "submission.run(lambda code: code.double(3).tolist())",
            "A list came back, which has no attribute 'tolist'.",
        ),
        (
            double("return 2 * x").replace("double", "doubel"),
            f"assert {CALL} == 6",
            "`double` is not defined in double.py.\n  there is: `doubel`",
        ),
        (
            double('raise NotImplementedError("exercise 01.1 is still to do")'),
            f"assert {CALL} == 6",
            "This is still to do.",
        ),
    ],
)
def test_what_goes_wrong_in_every_exercise_is_told_in_a_sentence(desk, answer, test, sentence):
    assert sentence in told(desk, answer, test).message


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        (
            double("x"),
            "submission.run(lambda code: code.double(3))\n    assert submission.text == ''",
        ),
        (double("return x"), f"assert {CALL} == 6, 'Twice.'"),
        (double("return np.int64(x)"), f"assert {CALL} == 6, 'Twice.'"),
        (double("return [x]"), f"assert 6 in {CALL}, 'Twice.'"),
        (double("return [x]"), f"assert {CALL}.index(6) == 0"),
        (double("return [x]"), f"assert {CALL}[1] == 6"),
        (double("return None.real"), f"assert {CALL} == 6, 'Twice.'"),
        (double("return len(x)"), f"assert {CALL} == 6, 'Twice.'"),
    ],
)
def test_what_is_wrong_for_another_reason_is_not_put_down_to_what_came_back(desk, answer, test):
    message = told(desk, answer, test).message

    assert "came back:" in message or "raised" in message or "Asked for: it." in message
    assert NO_RETURN not in message and "is expected." not in message


def test_the_authors_sentence_stays_below_the_graders(desk):
    message = told(desk, double("2 * x"), f"assert {CALL} == 6, 'Twice three is six.'").message

    assert message.splitlines()[:2] == [NO_RETURN, "Twice three is six."]


# -- the learner wrote tests -----------------------------------------------------------------------

JUDGE = """
RIGHT = "def double(x):\\n    return 2 * x\\n"
MUTANTS = {"adds two": ("2 * x", "2 + x"), "squares": ("2 * x", "x * x"), "halves": ("2 *", "0.5 *")}
ADVICE = {name: f"try {name}" for name in MUTANTS}

def test_each_mutant_is_caught(submission):
    submission.tests_against("doubling", MUTANTS, reference=RIGHT).assert_all_caught(ADVICE)
"""
HEAD = "import pytest\nfrom doubling import double\n\n"


def judged(desk, answer):
    return desk.grade(HEAD + answer, JUDGE, file="test_double.py", kind="tests")


def test_every_missed_mutant_is_told_at_once(desk):
    message = judged(desk, "def test_two():\n    assert double(2) == 4\n").message

    assert message.splitlines()[:3] == [
        "Your tests catch 1 of 3. They all pass on code that",
        "  - adds two: try adds two",
        "  - squares: try squares",
    ]


def test_tests_that_catch_them_all_pass(desk):
    assert judged(desk, "def test_three():\n    assert double(3) == 6\n").verdict == "passed"


def test_a_fixture_that_is_used_without_asking_for_it_is_named(desk):
    answer = (
        "@pytest.fixture\ndef number():\n    return 3\n\n\n"
        "def test_three():\n    assert double(number) == 6\n"
    )
    message = judged(desk, answer).message

    assert "`test_three` uses the fixture `number` without asking for it" in message
    assert "`def test_three(number):`" in message


def test_functions_that_pytest_passes_by_are_named(desk):
    message = judged(desk, "def check_three():\n    assert double(3) == 6\n").message

    assert "No function in test_double.py begins with `test_`" in message
    assert "there is: check_three" in message


def test_an_error_of_a_test_is_told_with_file_line_and_source(desk):
    desk.write({"exercises/01_start/helper.py": "def half(x):\n    return x / 0\n"})
    answer = "from helper import half\n\n\ndef test_half():\n    assert half(2) == 1\n"

    assert "helper.py:2: return x / 0" in judged(desk, answer).message


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("from doubling import treble\n", "test_double.py:4: from doubling import treble"),
        ("def test_it(:\n", "test_double.py:4: def test_it(:"),
    ],
)
def test_tests_that_do_not_load_are_told_with_line_and_source(desk, answer, place):
    verdict = judged(desk, answer)

    assert verdict.verdict == "broken"
    assert place in verdict.message
