"""Grade on save, warm, and move on to the next exercise when one has passed: line after line.

This is for a terminal that is no screen, and for a log; `course.cli.screen` is for the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course.cli.display import progress_bar, remark, show_next, show_verdict
from course.learner.progress import Progress
from course.lessons import Course, Exercise

if TYPE_CHECKING:
    from rich.console import Console

POLL_S = 0.2


def saves(exercises: Sequence[Exercise]) -> Iterator[set[Path]]:
    """Yield, whenever asked, the answers that were saved since and have come to rest.

    The files are looked at: events of the file system never come on WSL and network drives.
    """
    paths = [exercise.answer for exercise in exercises]
    known = before = {path: _state(path) for path in paths}
    while True:
        now = {path: _state(path) for path in paths}
        # one that changed since the last look may be half written
        saved = {path for path in paths if now[path] != known[path] and now[path] == before[path]}
        known = {path: now[path] if path in saved else known[path] for path in paths}
        before = now
        yield saved


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def watch_answers(
    course: Course,
    exercises: Sequence[Exercise],
    console: Console,
    batches: Iterable[set[Path]] = (),
) -> None:
    """Grade each answer when it is saved, until all of `exercises` have passed.

    `batches` are the files saved; by default those that `saves` finds, without end.
    """
    from course.grading import Grader  # pylint: disable=import-outside-toplevel  # loads pytest

    progress = Progress(course)

    def current() -> Exercise | None:
        return next((item for item in exercises if progress.status(item) != "passed"), None)

    with Grader(course, exercises=exercises) as grader:
        remark(grader.weaker)
        grader.warm_up()  # while the learner still thinks

        def grade(exercise: Exercise) -> None:
            with progress_bar("grading") as start:
                advance = start(1)
                verdict = grader.grade(exercise, tell=lambda text: advance(0, text))
            show_verdict(console, exercise, verdict)
            if verdict.verdict == "passed":
                progress.passed(exercise, verdict.answer)
                remark(progress.trouble)

        try:
            now = current()
            if now is not None and progress.status(now) != "todo":
                grade(now)
            _announce(console, now := current())
            looks = iter(batches or saves(exercises))
            while current() and (saved := next(looks, None)) is not None:
                graded = [exercise for exercise in exercises if exercise.answer in saved]
                for exercise in graded:
                    grade(exercise)
                if graded and current() is not now:
                    console.print()
                    _announce(console, now := current())
                time.sleep(POLL_S)
        except KeyboardInterrupt:
            # the usual way to stop watching, and no error
            console.print()


def _announce(console: Console, exercise: Exercise | None) -> None:
    if exercise is None:
        console.print("All of these exercises have passed.")
    else:
        show_next(console, exercise)
        console.print("  Graded when you save; stop with Ctrl+C.")
