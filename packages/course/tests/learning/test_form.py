"""Every part of a lesson has the form that makes it readable in one go."""

import json

import pytest
from sample_course import code_cell

from course.authoring.form import problems_of
from course.lessons.minutes import exercise_minutes, part_minutes


@pytest.fixture
def problems(sample):
    """Changes the cells of the first part of lesson 01; returns what is then wrong with it."""
    lesson = sample.lessons[0]
    part = lesson.parts[0]

    def of(change=lambda cells: None):
        notebook = json.loads(part.notebook.read_text())
        change(notebook["cells"])
        part.notebook.write_text(json.dumps(notebook))
        prefix = "1_years.ipynb: "
        found = problems_of(lesson, part)
        assert all(problem.startswith(prefix) for problem in found)
        return [
            problem.removeprefix(prefix) for problem in found if "does not say 'Ab" not in problem
        ]

    return of


def put(number, source, **fields):
    def change(cells):
        cells[number] |= {"source": source, **fields}

    return change


def test_the_parts_of_the_sample_course_have_the_form(sample):
    for lesson in sample.lessons:
        for part in lesson.parts:
            assert not problems_of(lesson, part)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda cells: cells.extend(cells[1:2] * 31), "41 cells, 40 at most"),
        (put(4, "word " * 1_500), "words of prose, 1,500 at most"),
        (put(5, "x = 1\n" * 8), "half of its code cells have more than 7 lines"),
        (put(5, "x = 1\n" * 16), "cell 6 has 16 lines of code, 15 at most"),
        (
            lambda cells: cells.insert(6, code_cell("b", "x")),
            "cell 7 is code without a paragraph before it",
        ),
        (put(1, "One?", metadata={}), "2 cells tagged knowledge-check, 3 are needed"),
        (put(2, "One? Two."), "knowledge check 2 is no text with its answer folded in <details>"),
        (put(0, "A part"), "the first cell is no head: it begins with `# ` and the title"),
        (put(0, "# A\n\nYou need a pencil."), "its head does not say what you will be able to"),
        (put(0, "# A\n\nYou will be able to."), "its head does not say what you need"),
        (put(0, "# TODO"), "it is still to be written"),
        (put(6, "## What to remember\n\n- One."), 'its foot has no list "What to remember"'),
        (put(7, "## More"), 'its foot has no heading "Exercise"'),
        (put(7, "## Exercise"), "its foot has no link to the next part, 2_greet.ipynb"),
        (put(8, "pass"), "no `%load_ext course`, tagged nbval-ignore-output, stands before"),
        (put(8, "%load_ext course", metadata={}), "no `%load_ext course`, tagged nbval-ignore"),
        (put(9, "%check 01.2"), "there is no cell `%check 01.1`"),
        (put(9, "%check 01.1", metadata={}), "the cell `%check 01.1` is to be tagged nbval-skip"),
        (put(9, "%check 01.1", outputs=[{}]), "the cell `%check 01.1` is to be tagged nbval-skip"),
    ],
)
def test_what_is_out_of_form_is_named(problems, change, problem):
    assert any(problem in item for item in problems(change))


def test_a_head_with_other_minutes_is_named(sample):
    lesson = sample.lessons[0]
    path = lesson.parts[0].notebook
    path.write_text(path.read_text().replace("About 4", "About 5"))

    assert problems_of(lesson, lesson.parts[0]) == [
        "1_years.ipynb: its head does not say 'About 4 minutes (an estimate).'; "
        "run `course author sync`"
    ]


def test_minutes_come_from_words_cells_and_lines_to_write(sample):
    years, _, double, checks = sample.exercises

    # one line of code; two lines of a notebook; four lines of tests
    assert [exercise_minutes(item) for item in (years, double, checks)] == [2, 3, 7]
    notebook = json.loads(years.part.notebook.read_text())
    words = {"cell_type": "markdown", "source": "word " * 2_000, "metadata": {}}
    before = part_minutes(years.lesson, years.part)
    years.part.notebook.write_text(
        json.dumps(notebook | {"cells": [*notebook["cells"], words, *notebook["cells"][5:6] * 10]})
    )
    assert part_minutes(years.lesson, years.part) == before + 10 + 5
