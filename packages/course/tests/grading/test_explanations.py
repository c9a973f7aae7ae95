import numpy as np
import pandas as pd
import pytest

from course.grading import explanations
from course.grading.explanations import (
    Call,
    Comparison,
    asked,
    ending_of,
    error_of,
    explain,
    show,
    source_of,
)
from course.learner import messages
from course.learner.messages import AnswerBroken, AnswerFailed, compose, parts_of
from sandbox.confinement import Limits
from sandbox.supervisor import Outcome

# -- what was called -------------------------------------------------------------------------------


def test_a_lambda_is_shown_as_the_learner_would_write_it():
    assert source_of(lambda code: code.double(code.THREE) + 1) == "double(THREE) + 1"


def test_a_lambda_over_several_lines_is_shown_in_one():
    task = lambda code: code.double(  # pylint: disable=unnecessary-lambda-assignment
        3,
    )
    assert source_of(task) == "double(3)"


def test_of_two_lambdas_in_a_line_the_right_one_is_shown():
    tasks = [lambda code: code.one(), lambda code: code.two()]

    assert [source_of(task) for task in tasks] == ["one()", "two()"]


def test_signs_that_take_several_bytes_do_not_shift_the_text():
    assert source_of(lambda code: code.name("Zoë", "é")) == 'name("Zoë", "é")'


def test_of_a_function_the_statements_are_shown():
    def task(code):
        table = code.read()
        return code.clean(table)

    assert source_of(task) == "table = read()\nreturn clean(table)"


def test_without_a_source_nothing_is_shown():
    nowhere: dict = {}
    exec("def task(code):\n    return 1\nother = lambda: 1", nowhere)  # pylint: disable=exec-used

    assert source_of(nowhere["task"]) == ""
    assert source_of(nowhere["other"]) == ""
    assert source_of(len) == ""


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3.5, "3.5"),
        ("text", "'text'"),
        ("two\nlines", "two\nlines"),
        ([1, 2], "[1, 2]"),
        (np.array([1, 2]), "array([1, 2])"),
        (pd.DataFrame({"a": [1]}), "   a\n0  1"),
        (pd.Series([1], name="a"), "0    1"),
    ],
)
def test_a_value_is_shown_as_a_learner_would_print_it(value, shown):
    assert show(value) == shown


def test_of_a_large_array_the_ends_and_the_shape_are_shown():
    text = show(np.arange(1000))

    assert "..." in text and "(shape (1000,))" in text


def test_of_a_large_table_some_rows_are_shown():
    assert len(show(pd.DataFrame({"a": range(1000)})).splitlines()) < 15


@pytest.mark.parametrize(
    ("sentence", "facts"),
    [
        ("Is it doubled?", {}),
        ("Is it doubled?", {"called": "double(3)", "came back": "4"}),
        ("Two lines.\nOf a sentence: this.", {"printed": "a: b\n  c: d\n\ne", "with": "x = 1"}),
        ("See.", {"": "Cell 10 from the top differs.", "cell": "f(x)\ng(y)", "raised": "E: no"}),
        ("Tests fail.", {"test_that_has_a_name_of_more_than_a_line": "E: 1\nat", "test_b": ""}),
    ],
)
def test_the_parts_of_a_message_are_found_again(sentence, facts):
    assert parts_of(compose(sentence, facts)) == (sentence, list(facts.items()))


# -- messages --------------------------------------------------------------------------------------


def test_the_sentence_comes_first_and_the_facts_are_aligned():
    message = compose("Is it doubled?", {"called": "double(3)", "came back": "4"})

    assert message == "Is it doubled?\n  called:    double(3)\n  came back: 4"


def test_a_fact_of_several_lines_is_a_block():
    assert compose("See.", {"printed": "a\nb"}) == "See.\n  printed:\n    a\n    b"


def test_what_would_steer_a_terminal_is_not_passed_on():
    message = compose("See.", {"printed": "\x1b[2J\x07\tx\u202e"})

    assert message.replace("\N{REPLACEMENT CHARACTER}", "?") == "See.\n  printed: ?[2J?    x?"


def test_a_message_is_cut_to_what_can_be_read():
    message = compose("See.", {"came back": "\n".join(["x" * 500] * 100)})

    assert len(message.splitlines()) == 2 + messages.MOST_LINES
    assert "… 89 more lines" in message
    assert max(map(len, message.splitlines())) <= messages.LONGEST_LINE + 4


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("test_years_count_forward", "Asked for: years count forward."),
        ("test_years_count_forward[new house]", "Asked for: years count forward (new house)."),
    ],
)
def test_a_tests_name_says_what_is_asked_for(name, sentence):
    assert asked(name) == sentence


# -- what a failed test means ----------------------------------------------------------------------


def told(error, call=None, comparison=None):
    verdict, sentence, facts = explain(
        "test_years_count_forward", error, call or Call(), comparison
    )
    return verdict, sentence, facts


def test_the_authors_sentence_is_taken_from_the_assertion():
    error = AssertionError("Never negative:\nwhich year?\nassert -1 >= 0\n +  where -1 = f()")

    assert told(error) == ("failed", "Never negative:\nwhich year?", {})


def test_without_a_sentence_the_name_of_the_test_stands_in():
    assert told(AssertionError("assert 1 == 2")) == (
        "failed",
        "Asked for: years count forward.",
        {},
    )


def test_both_sides_of_a_comparison_are_told():
    facts = told(AssertionError("assert 1 == 2"), None, Comparison("==", 1, 2))[2]

    assert facts == {"got": "1", "expected": "2"}


def test_a_value_that_came_back_is_told_once():
    value = [1]
    call = Call("f()", value)

    for comparison in (Comparison("==", value, [2]), Comparison("==", [2], value)):
        facts = told(AssertionError("assert"), call, comparison)[2]
        assert facts == {"called": "f()", "came back": "[1]", "expected": "[2]"}


def test_another_operator_is_told_with_what_it_compares_to():
    assert told(AssertionError("x"), None, Comparison("<", 3, 2))[2]["expected"] == "< 2"


def test_what_a_testing_library_says_is_a_detail():
    error = AssertionError("\nArrays are not equal\n\nMismatched elements: 1 / 1")

    verdict, sentence, facts = told(error)

    assert (verdict, sentence) == ("failed", "Asked for: years count forward.")
    assert facts["but"].startswith("Arrays are not equal")


def test_an_error_of_the_check_itself_is_told_with_its_type():
    assert told(KeyError("YearBuilt"))[2] == {"but": "KeyError: 'YearBuilt'"}


def test_a_test_that_gives_up_says_why():
    assert told(pytest.fail.Exception("No such column."))[1] == "No such column."


def test_an_answer_that_raised_is_told_under_the_name_of_the_test():
    error = AnswerFailed("Your code raised ValueError.", {"raised": "ValueError: no"})

    assert told(error) == (
        "failed",
        "Your code raised ValueError.\nAsked for: years count forward.",
        {"raised": "ValueError: no"},
    )


def test_a_broken_answer_is_told_as_it_is():
    error = AnswerBroken("a.py cannot be loaded.", {"error": "x"})

    assert told(error) == ("broken", "a.py cannot be loaded.", {"error": "x"})
    assert str(error) == "a.py cannot be loaded.\n  error: x"


# -- what a learner's process said -----------------------------------------------------------------


def test_the_lines_of_the_learner_and_of_support_are_told():
    reply = {
        "kind": "raised",
        "type": "ValueError",
        "text": "no",
        "frames": [
            ["a.py", 3, "f(x)"],
            ["b.py", 9, "g()"],
        ],
    }

    error = error_of(reply, "a.py", Call("f()"))

    assert error.facts == {
        "called": "f()",
        "raised": "ValueError: no",
        "a.py:3": "f(x)",
        "b.py:9": "g()",
    }


def test_an_exception_without_a_message_has_no_colon():
    error = error_of({"kind": "raised", "type": "KeyError", "text": ""}, "a.py", Call())

    assert error.facts == {"raised": "KeyError"}


@pytest.mark.parametrize("defined", [None, "nonsense", [1, {}], ["something_else"]])
def test_an_undefined_name_is_told_whatever_is_defined(defined):
    error = error_of({"kind": "undefined", "name": "double", "defined": defined}, "a.py", Call())

    assert str(error) == "`double` is not defined in a.py."


@pytest.mark.parametrize("frames", [None, 7, "ab", [1], [[1]], [[1, 2, 3]], {}])
def test_forged_frames_are_no_reason_to_fail(frames):
    error = error_of({"kind": "raised", "type": "E", "text": "t", "frames": frames}, "a.py", Call())

    assert error.facts["raised"] == "E: t"


def ended(status=None, stopped=None, reply=None, output=""):
    outcome = Outcome(reply, status, stopped, output)
    return ending_of(outcome, Limits(wall_s=5), Call(printed=output))


@pytest.mark.parametrize("stopped", ["wall_s", "cpu_s"])
def test_a_run_that_took_too_long_is_a_timeout(stopped):
    error = ended(stopped=stopped)

    assert error.verdict == "timeout"
    assert "after 5 seconds" in str(error)


@pytest.mark.parametrize(
    ("stopped", "said"),
    [
        ("memory", "more than 2 GB of memory"),
        ("disk", "wrote more than 512 MB"),
        ("files", "more than 20,000 files"),
        ("output", "printed more than 32 MB"),
        ("processes", "more than 48 processes"),
        ("forged", "wrote into the channel"),
        ("supervisor", "ended the process that watches over it"),
    ],
)
def test_every_limit_has_a_sentence(stopped, said):
    assert said in str(ended(stopped=stopped))


def test_the_last_lines_that_were_printed_are_told():
    error = ended(status=3, output="\n".join(map(str, range(100))))

    assert error.facts["printed"] == "95\n96\n97\n98\n99"
    assert "exit status 3" in error.sentence


def test_an_answer_that_closed_its_channel_is_told_so():
    assert "closed the channel" in str(ended())


def test_a_fact_without_a_label_is_a_line_of_its_own():
    assert compose("Wrong.", {"": "Cell 3 differs."}) == "Wrong.\n  Cell 3 differs."


def test_of_a_long_list_the_beginning_is_shown():
    shown = explanations.show(list(range(200)))

    assert shown.startswith("[0, 1, 2,") and shown.endswith("… 176 more")
