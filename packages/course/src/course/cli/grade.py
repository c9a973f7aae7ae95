"""Grading what a learner has written, as `test`, `report` and `assemble` do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from course.cli.display import progress_bar, remark
from course.learner.progress import Progress
from course.lessons import Course, Exercise

if TYPE_CHECKING:
    from course.grading import Verdict


def grade(
    course: Course,
    exercises: Sequence[Exercise],
    progress: Progress,
    seed: int | None = None,
    strict: bool = False,
) -> list[Verdict]:
    """Grade the learner's answers, in order, and remember what has passed.

    Strict: the answers are not trusted. The seed is that of the tables that the tests make.
    """
    from course.grading import Grader  # pylint: disable=import-outside-toplevel  # loads pytest

    opened = Grader(course, exercises=exercises, strict=strict)
    with progress_bar("grading") as start, opened as grader:
        remark(grader.weaker)
        advance = start(len(exercises))
        verdicts = grader.grade_many(
            exercises, lambda verdict: advance(), seed=seed, tell=lambda text: advance(0, text)
        )
    for exercise, verdict in zip(exercises, verdicts, strict=True):
        if verdict.verdict == "passed":
            progress.passed(exercise, verdict.answer)
    return verdicts
