"""`course author new`: a lesson that passes its check but for what only a person can write."""

from __future__ import annotations

import json
from pathlib import Path

from course.authoring.sync import sync
from course.lessons import Course, LessonError, load_lesson
from course.lessons.reading import LESSON_FOLDER

LESSON = """title = "TODO: {topic}"
minutes = 45
objectives = ["TODO: what a learner can do afterwards"]

[[exercise]]
id = "{number}.1"
title = "TODO: Double"
file = "double.py"
points = 1
time_limit_s = 20
hints = [
    "TODO: a nudge: what is asked?",
    "TODO: the idea",
    "TODO: nearly the answer",
]
blank = ["double"]
todo = "TODO: return twice the number"

[[exercise.mistake]]
name = "squares"
replace = "2 * number"
by = "number**2"
says = "Twice three is six"
"""
README = """# TODO: {topic}

TODO: what this lesson's exercises are about, in three lines. Read `{notebook}` first.

## {number}.1 TODO: Double

TODO: what is asked, and why anybody would want it.
"""
SOLUTION = '''"""TODO: what this module is for."""


def double(number):
    """Return twice the number."""
    return 2 * number
'''
TEST = """def test_doubling_is_adding_a_number_to_itself(submission):
    doubled = submission.run(lambda code: code.double(3))

    assert doubled == 6, "Twice three is six."
"""


def new_lesson(course: Course, folder: str) -> list[Path]:
    """Write the files of a new lesson, and return their paths.

    Parameters
    ----------
    folder : str
        Like "05_testing".

    Raises
    ------
    LessonError
        The name does not fit, or the lesson is there already.
    """
    match = LESSON_FOLDER.fullmatch(folder)
    if match is None:
        raise LessonError(f"A lesson's folder is named like 05_testing, not {folder}.")
    taken = [lesson.folder for lesson in course.lessons if lesson.number == match[1]]
    path = course.root / "exercises" / folder
    if taken or path.exists():
        raise LessonError(f"Lesson {match[1]} is there already: {(taken or [folder])[0]}.")
    notebook = course.root / "notebooks" / f"{folder}.ipynb"
    words = {
        "number": match[1],
        "topic": folder[3:].replace("_", " "),
        "notebook": notebook.relative_to(course.root).as_posix(),
    }
    files = {
        path / "lesson.toml": LESSON.format(**words),
        path / "README.md": README.format(**words),
        path / "test_double.py": TEST,
        course.root / "solutions" / folder / "double.py": SOLUTION,
        notebook: _notebook(words["topic"]),
    }
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(text, encoding="utf-8")
    lesson = load_lesson(path / "lesson.toml", course.packages)
    return [*files, *(synced.path for synced in sync(course, list(lesson.exercises)))]


def _notebook(topic: str) -> str:
    """Return an empty lesson, in the order that every lesson has."""
    parts = (
        f"# TODO: {topic}\n\nTODO: what you will have at the end, in three lines.\n\n"
        "*Before you start*: TODO. *Time*: TODO minutes.",
        "## TODO: a question",
        "## Exercises\n\nTODO",
        "## Further reading\n\nTODO",
    )
    cells = [
        {"cell_type": "markdown", "id": f"part-{number}", "metadata": {}, "source": text}
        for number, text in enumerate(parts, 1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
