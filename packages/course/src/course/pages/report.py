"""What a learner's report says, as plain data: the page and the terminal show the same."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from course.learner.messages import printable
from course.learner.progress import Progress
from course.lessons import Course, Exercise, Lesson

if TYPE_CHECKING:
    from course.grading import Verdict


def describe(course: Course, verdicts: Sequence[Verdict], progress: Progress) -> dict[str, Any]:
    """Return what `verdicts` show, lesson by lesson; lessons without any are left out."""
    graded = {verdict.id: verdict for verdict in verdicts}
    passed = {verdict.id for verdict in verdicts if verdict.verdict == "passed"}
    checks = {check for it in course.exercises if it.id in passed for check in it.ml_test_score}
    lessons = [_lesson(lesson, graded, progress) for lesson in course.lessons]
    return {
        "course": course.name,
        "lessons": [lesson for lesson in lessons if lesson["exercises"]],
        "ml_test_score": sorted(checks),
    }


def _lesson(lesson: Lesson, graded: Mapping[str, Verdict], progress: Progress) -> dict[str, Any]:
    exercises = [item for item in lesson.exercises if item.id in graded]
    states = {item.id: graded[item.id].verdict for item in exercises}
    return {
        "number": lesson.number,
        "title": lesson.title,
        "points": _points([graded[item.id] for item in exercises]),
        "open": {key: state for key, state in states.items() if state != "passed"},
        # one of which an exercise was not graded is neither shown nor open
        "objectives": [it for it in lesson.objectives if states.keys() >= set(it.exercises)],
        "exercises": [_exercise(it, graded[it.id], progress.hints_seen(it)) for it in exercises],
    }


def _exercise(exercise: Exercise, verdict: Verdict, hints: int) -> dict[str, Any]:
    facts = [_points([verdict])] if verdict.possible else []
    if hints:
        facts.append(f"{hints} of {len(exercise.hints)} hints taken")
    if verdict.verdict != "todo":
        facts.append(f"{verdict.seconds:.1f} s")
    message = printable(verdict.message.rstrip())
    # by its indent a line is of a sentence (0), a fact (1) or a table, which may not be wrapped (2)
    parts = groupby(message.splitlines(), lambda it: min(len(it) - len(it.lstrip()), 4) // 2)
    told = [{"depth": depth, "text": textwrap.dedent("\n".join(part))} for depth, part in parts]
    return verdict.to_json() | {"message": message, "told": told, "facts": ", ".join(facts)}


def _points(verdicts: Sequence[Verdict]) -> str:
    possible = sum(verdict.possible for verdict in verdicts)
    earned = sum(verdict.points for verdict in verdicts)
    return f"{earned} of {possible} point{'' if possible == 1 else 's'}"
