"""Grade on save, warm, and move on to the next exercise when one has passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course.cli.display import progress_bar, remark, show_next, show_verdict
from course.learner.progress import Progress
from course.lessons import Course, Exercise

if TYPE_CHECKING:
    from rich.console import Console

Saves = Iterable[set[Path]]


def watch_answers(
    course: Course, exercises: Sequence[Exercise], console: Console, saves: Saves | None = None
) -> None:
    """Grade each answer when it is saved, until all of `exercises` have passed.

    `saves` are the files saved, batch by batch; by default the file system says so, without end.
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
                progress.passed(exercise)
                remark(progress.trouble)

        try:
            now = current()
            if now is not None and progress.status(now) == "started":
                grade(now)
            _announce(console, current())
            batches = iter(_saves(exercises) if saves is None else saves)
            while (now := current()) and (saved := next(batches, None)) is not None:
                for exercise in exercises:
                    if exercise.answer in saved:
                        grade(exercise)
                if current() is not now:
                    console.print()
                    _announce(console, current())
        except KeyboardInterrupt:
            # the usual way to stop watching, and no error
            console.print()


def _announce(console: Console, exercise: Exercise | None) -> None:
    if exercise is None:
        console.print("All of these exercises have passed.")
    else:
        show_next(console, exercise)
        console.print("  Graded when you save; stop with Ctrl+C.")


def _saves(exercises: Sequence[Exercise]) -> Saves:
    import watchfiles  # pylint: disable=import-outside-toplevel  # only `course watch` needs it

    folders = sorted({exercise.lesson.path for exercise in exercises})
    for changes in watchfiles.watch(*folders, debounce=200, raise_interrupt=True):
        yield {Path(path) for _, path in changes}
