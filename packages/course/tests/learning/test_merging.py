"""What is graded is the reference, with the sources of the learner's answer cells in it."""

import json
from dataclasses import replace

import pytest
from sample_course import code_cell, notebook_text, rewrite, shown, with_answer

from course.lessons.stubs import stub_text
from course.notebooks.merging import CellFailure, NotebookError, explain, merge

GOOD = "def double(x):\n    return x + x"


def cell_of(notebook, cell_id):
    return next(cell for cell in notebook["cells"] if cell["id"] == cell_id)


@pytest.fixture
def answer(double):
    return with_answer(stub_text(double), GOOD)


def test_only_the_sources_of_the_answer_cells_are_the_learners(double, answer):
    theirs = json.loads(answer)
    theirs["cells"][1]["source"] = "start = 0"
    theirs["cells"][3]["outputs"] = [shown("99")]
    merged = merge(double, json.dumps(theirs), 1)
    reference = json.loads(double.solution.read_text())

    assert cell_of(merged, "answer")["source"] == GOOD
    for cell_id in ("text", "start", "use", "secret"):
        assert cell_of(merged, cell_id) == cell_of(reference, cell_id)


def test_moved_copied_and_deleted_cells_change_nothing(double, answer):
    theirs = json.loads(answer)
    cells = theirs["cells"]
    theirs["cells"] = [code_cell("mine", "1 / 0"), cells[2], cells[0], cells[0]]

    assert merge(double, json.dumps(theirs), 1) == merge(double, answer, 1)


def test_the_first_of_two_cells_with_one_id_counts(double, answer):
    theirs = json.loads(answer)
    theirs["cells"].append(code_cell("answer", "second = 2"))

    assert cell_of(merge(double, json.dumps(theirs), 1), "answer")["source"] == GOOD


def test_an_answer_cell_that_was_cut_and_pasted_is_found_by_its_mark(double, answer):
    theirs = json.loads(answer)
    theirs["cells"][2]["id"] = "e3b0c442"

    assert cell_of(merge(double, json.dumps(theirs), 1), "answer")["source"] == GOOD


def test_a_missing_answer_cell_is_named_with_the_way_back(double):
    with pytest.raises(NotebookError, match=r"\(answer\) is not in .* `course reset 02.1`"):
        merge(double, notebook_text(code_cell("other", "1")), 1)


def test_an_answer_cell_that_became_text_is_named(double):
    text = {"cell_type": "markdown", "id": "answer", "source": "hm", "metadata": {}}

    with pytest.raises(NotebookError, match=r"\(answer\) is no code cell any more"):
        merge(double, notebook_text(text), 1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', "[" * 100_000])
def test_a_file_that_is_no_notebook_is_refused(double, text):
    with pytest.raises(NotebookError, match="no notebook any more"):
        merge(double, text, 1)


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"source": 3}, ""),
        ({"source": ["a = 1\n", 3, "b = 2"]}, "a = 1\nb = 2"),
        ({"metadata": None}, GOOD),
        ({"metadata": {"course": "x"}}, GOOD),
    ],
)
def test_odd_cells_are_taken_as_far_as_they_go(double, answer, fields, source):
    theirs = json.loads(answer)
    theirs["cells"][2].update(fields)
    theirs["cells"].append("no cell")

    assert cell_of(merge(double, json.dumps(theirs), 1), "answer")["source"] == source


def test_orders_to_nbval_in_a_learners_comments_have_no_effect(double, answer):
    sneaky = with_answer(answer, f"# NBVAL_SKIP\n  ## NBVAL_IGNORE_OUTPUT  \n{GOOD}")

    source = cell_of(merge(double, sneaky, 1), "answer")["source"]
    assert "# NBVAL_SKIP (of no effect here)" in source
    assert "## NBVAL_IGNORE_OUTPUT (of no effect here)" in source


def test_orders_to_nbval_in_the_reference_stay_in_force(double, answer):
    rewrite(double.solution, "def double(x):", '# NBVAL_RAISES_EXCEPTION\\n", "def double(x):')

    tags = cell_of(merge(double, answer, 1), "answer")["metadata"]["tags"]
    assert "nbval-raises-exception" in tags


def test_an_answer_that_shows_nothing_in_the_reference_may_show_anything(double, answer):
    assert "nbval-ignore-output" in cell_of(merge(double, answer, 1), "answer")["metadata"]["tags"]


def test_an_answer_that_shows_something_in_the_reference_is_compared(double, answer):
    text = with_answer(double.solution.read_text(), "1")
    notebook = json.loads(text)
    cell_of(notebook, "answer")["outputs"] = [shown("1")]
    double.solution.write_text(json.dumps(notebook))

    assert cell_of(merge(double, answer, 1), "answer")["metadata"]["tags"] == []


@pytest.fixture
def merged(double, answer):
    return merge(double, answer, 1)


def test_the_authors_sentence_comes_first_then_what_was_expected(double, merged):
    message = explain(double, merged, CellFailure(2, "differs", expected="8", got="12"))

    assert message.splitlines()[0] == "Doubling is multiplying by two."
    assert "Cell 4 from the top, which uses what you wrote, shows something else" in message
    assert [line.split()[-1] for line in message.splitlines()[2:]] == ["double(start)", "12", "8"]


def test_a_sentence_in_the_cells_metadata_does_as_well(double, merged):
    cell_of(merged, "answer")["metadata"]["course"] = {"says": "A function is asked for."}

    message = explain(double, merged, CellFailure(1, "differs", expected="", got="x"))
    assert message.startswith("A function is asked for.")
    assert "Your cell shows something else" in message
    assert "expected:  (nothing)" in message


def test_what_a_hidden_check_expects_is_never_told(double, merged):
    message = explain(double, merged, CellFailure(3, "differs", expected="15.0", got="(no)"))

    assert message.startswith("A check of what you wrote shows something else than it should.")
    assert "(no)" in message and "15.0" not in message


def test_an_error_is_told_with_its_line(double, merged):
    failure = CellFailure(
        1, "raised", got="NameError: y", line="line 2: return x + x", error="NameError"
    )

    message = explain(double, merged, failure)
    assert message.splitlines()[0] == "Your cell raised NameError."
    assert message.endswith("line 2: return x + x")
    assert "def double" not in message


def test_an_error_below_another_cell_is_told_with_both(double, merged):
    failure = CellFailure(
        2, "raised", got="NameError: y", line="line 2: return y", error="NameError"
    )

    message = explain(double, merged, failure)
    assert "double(start)" in message and "return y" in message


def test_a_line_of_an_answer_below_another_cell_is_told_as_such(double, merged):
    failure = CellFailure(
        2, "raised", got="NameError: y", line="line 2: return x + x", error="NameError"
    )

    assert "your line 2: return x + x" in explain(double, merged, failure)


def test_an_error_is_not_put_down_to_what_the_author_expects_to_go_wrong(double, merged):
    message = explain(double, merged, CellFailure(2, "raised", got="KeyError: 1", error="KeyError"))

    assert message.startswith("Cell 4 from the top, which uses what you wrote, raised KeyError.")
    assert "multiplying by two" not in message


def test_a_check_that_asserts_has_the_authors_sentence(double, merged):
    failure = CellFailure(2, "raised", got="AssertionError", error="AssertionError")

    assert explain(double, merged, failure).startswith("Doubling is multiplying by two.")


def test_a_function_that_returns_nothing_is_told_so(double, merged):
    got = "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'"
    message = explain(double, merged, CellFailure(2, "raised", got=got, error="TypeError"))

    assert message.startswith("`None` came back: is a `return` missing?")


def test_all_cells_that_are_still_to_do_are_named_with_what_they_ask(double, merged):
    line = 'raise NotImplementedError("exercise 02.1 is still to do")'
    todos = {"start": "Begin.", "answer": "Define double.", "use": "Use it."}
    exercise = replace(double, blanks=tuple(todos), todos=todos)
    for cell_id in ("start", "use"):
        cell_of(merged, cell_id)["source"] = f"# TODO: write\n{line}"
    failure = CellFailure(0, "raised", got="NotImplementedError", error="NotImplementedError")

    assert explain(exercise, merged, failure) == (
        "Still to do, 2 of 3 cells:\n  start: Begin.\n  use:   Use it."
    )


def test_an_error_without_a_line_shows_the_cell(double, merged):
    failure = CellFailure(2, "raised", got="KeyError: 1", error="KeyError")

    assert "double(start)" in explain(double, merged, failure)


def test_a_cell_above_the_answer_does_not_use_it(double, merged):
    message = explain(double, merged, CellFailure(0, "ended", got="ended the process."))

    assert message.startswith("Cell 2 from the top ended the process.")
