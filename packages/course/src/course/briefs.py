"""What an exercise asks, as its lesson's README says it, and what its solution is."""

from __future__ import annotations

import json
import re

from course.lessons import Exercise
from course.progress import Progress
from course.stubs import read_solution

STATES = {"passed": "passed", "started": "started", "todo": "to do"}


def brief(exercise: Exercise) -> str | None:
    """Return the section of the lesson's README whose heading begins with the exercise's id."""
    readme = exercise.lesson.path / "README.md"
    if not readme.is_file():
        return None
    heading = re.compile(rf"^(#+)\s+{re.escape(exercise.id)}\b.*$", re.MULTILINE)
    text = readme.read_text(encoding="utf-8")
    start = heading.search(text)
    if start is None:
        return None
    level = len(start[1])
    following = re.compile(rf"^#{{1,{level}}}\s", re.MULTILINE).search(text, start.end())
    return text[start.end() : following.start() if following else None].strip()


def describe(exercise: Exercise, progress: Progress) -> str:
    """Return an exercise in words: brief, then state, files, tests and hole."""
    root = exercise.lesson.root
    seen = progress.hints_seen(exercise)
    facts = {
        "state": STATES[progress.status(exercise)],
        "points": str(exercise.points),
        "edit": str(exercise.answer.relative_to(root)),
        "tests": str(exercise.tests.relative_to(root)) if exercise.tests.is_file() else None,
        "read": str(exercise.lesson.notebook.relative_to(root)),
        "fills": str(exercise.hole.relative_to(root)) if exercise.hole else None,
        "limit": f"{exercise.time_limit_s:g} s",
        "hints": f"{seen} of {len(exercise.hints)} read",
    }
    lines = [f"{exercise.id} {exercise.title}", ""]
    text = brief(exercise)
    if text:
        lines += [text, ""]
    lines += [f"{name:<8}{value}" for name, value in facts.items() if value is not None]
    return "\n".join(lines)


def solution_text(exercise: Exercise) -> str:
    """Return the solution; of a notebook, the cells that were to be written.

    Raises
    ------
    LessonError
        There is no solution.
    """
    text = read_solution(exercise)
    if exercise.kind != "notebook":
        return text
    cells = {cell.get("id"): "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    return "\n\n".join(f"# cell {cell_id}\n{cells[cell_id]}" for cell_id in exercise.blanks)
