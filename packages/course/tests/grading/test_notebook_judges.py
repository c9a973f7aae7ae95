"""Where right answers differ, a cell of a notebook hands out data, and tests judge it."""

import json

import pytest

pytestmark = pytest.mark.slow

FIELDS = {"file": "draw.ipynb", "cells": ["answer"], "todo": "Draw.", "stub": None}
FIELDS |= {"time_limit_s": 60}
RIGHT = "def draw(seed):\n    return Random(seed).sample(numbers, 3)"
TESTS = """
def test_the_same_seed_draws_the_same(submission):
    shown = submission.shown("check")
    assert shown["one"] == shown["again"], "The same seed should draw the same."

def test_what_is_drawn_was_handed_in(submission):
    every = submission.expected("check")["all"]
    assert set(submission.shown("check")["one"]) <= set(every), "Draw from the numbers."
"""
CHECK = "{'one': draw(3), 'again': draw(3), 'all': numbers}"


def notebook(answer: str, check: str = CHECK) -> str:
    """Return a notebook with an answer and the cell that hands out what it draws."""
    sources = {
        "seed": "table_seed = 1",
        "numbers": "from random import Random\nnumbers = Random(table_seed).sample(range(999), 9)",
        "answer": answer,
        "check": check,
    }
    tags = {"seed": ["parameters"], "check": ["nbval-ignore-output"]}
    cells = [
        {"cell_type": "code", "id": name, "source": source, "execution_count": None}
        | {"metadata": {"tags": tags.get(name, [])}, "outputs": []}
        for name, source in sources.items()
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def grade(guarded):
    """Grades a source for the answer cell."""

    def graded(answer, check=CHECK):
        guarded.write(
            {"src/README.md": "no package", "solutions/01_start/draw.ipynb": notebook(RIGHT, check)}
        )
        return guarded.grade(notebook(answer), TESTS, **FIELDS)

    return graded


def test_another_right_answer_passes_though_it_draws_other_numbers(grade):
    assert grade(RIGHT).verdict == "passed"
    backwards = RIGHT.replace("Random(seed)", "Random(-1 - seed)")
    assert grade(backwards).verdict == "passed"


def test_a_wrong_one_is_told_the_sentence_of_the_test_the_cell_and_the_seed(grade):
    verdict = grade(RIGHT.replace("Random(seed)", "Random()"))

    assert verdict.verdict == "failed"
    assert verdict.message.startswith("The same seed should draw the same.")
    assert "cell:      {'one': draw(3)" in verdict.message
    assert "with:      table_seed = " in verdict.message


def test_numbers_known_by_heart_are_not_those_of_this_run(grade):
    verdict = grade("def draw(seed):\n    return [1, 2, 3]")

    assert verdict.message.startswith("Draw from the numbers.")


def test_a_cell_that_is_not_reached_is_not_judged(grade):
    verdict = grade("def draw(seed):\n    return nothing")

    assert verdict.verdict == "failed"
    assert "NameError: name 'nothing' is not defined" in verdict.message


def test_what_is_no_data_is_told_as_such(grade):
    verdict = grade(RIGHT, CHECK.replace("draw(3)", "object()", 1).replace("numbers", "[]"))

    assert verdict.message.startswith("The cell shows something else than data.")
