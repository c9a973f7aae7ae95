"""`course author new`: a lesson that passes its check but for what only a person can write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course.authoring.sync import sync
from course.lessons import Course, LessonError, load_lesson
from course.lessons.reading import LESSON_FOLDER
from course.notebooks.tidying import KERNEL

TEMPLATE = Path(__file__).with_name("template")
SOLUTION = '''"""TODO: what this module is for."""


def double(number):
    """Return twice the number."""
    return 2 * number
'''
TEST = """def test_doubling_is_adding_a_number_to_itself(submission):
    doubled = submission.run(lambda code: code.double(3))

    assert doubled == 6, "Twice three is six."
"""
QUESTIONS = (
    "**Predict before you run.** TODO: what will the next cell show?",
    "**Which one?** TODO: a choice, with a reason for every option.",
    "**Predict before you run.** TODO: and what will this one?",
)


def new_lesson(course: Course, folder: str) -> list[Path]:
    """Write the files of a new lesson, in a folder like "05_testing", and return their paths.

    LessonError says that the name does not fit, or that the lesson is there already.
    """
    match = LESSON_FOLDER.fullmatch(folder)
    if match is None:
        raise LessonError(f"A lesson's folder is named like 05_testing, not {folder}.")
    taken = [lesson.folder for lesson in course.lessons if lesson.number == match[1]]
    path = course.root / "exercises" / folder
    if taken or path.exists():
        raise LessonError(f"Lesson {match[1]} is there already: {(taken or [folder])[0]}.")
    topic = folder[3:].replace("_", " ")
    words = {"number": match[1], "topic": topic, "folder": folder}
    files = {
        **{
            path / name: (TEMPLATE / name).read_text(encoding="utf-8").format(**words)
            for name in ("lesson.toml", "README.md")
        },
        path / "tests" / "test_double.py": TEST,
        course.root / "solutions" / folder / "double.py": SOLUTION,
        course.root / "notebooks" / folder / "1_first.ipynb": _notebook(topic, f"{match[1]}.1"),
    }
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(text, encoding="utf-8")
    lesson = load_lesson(path / "lesson.toml", course.packages)
    synced = sync(course, list(lesson.exercises))
    return list(dict.fromkeys([*files, *(result.path for result in synced)]))


def _notebook(topic: str, exercise_id: str) -> str:
    """Return a part with nothing in it yet, in the order that every part has."""
    head = (
        f"# TODO: {topic}\n\nTODO. After this part you will be able to TODO. Before you start "
        "you need TODO.\n\nAbout NN minutes (an estimate)."
    )
    fold = "<details><summary>Answer</summary>\n\nTODO\n\n</details>"
    cells = [
        _cell("markdown", head),
        *(_cell("markdown", f"{ask}\n\n{fold}", "knowledge-check") for ask in QUESTIONS),
        _cell("markdown", "## What to remember\n\n- TODO\n- TODO\n- TODO"),
        _cell("markdown", "## Exercise\n\nTODO"),
        _cell("code", "%load_ext course", "nbval-ignore-output"),
        _cell("code", f"%check {exercise_id}", "nbval-skip"),
    ]
    notebook = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, 1)],
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
