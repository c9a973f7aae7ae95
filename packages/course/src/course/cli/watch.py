"""Grade on save, warm, and move on to the next exercise when one has passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course.cli.display import remark, show_next, show_verdict
from course.learner.progress import Progress
from course.lessons import Course, Exercise

if TYPE_CHECKING:
    from rich.console import Console

    from course.grading import Grader

Saves = Iterable[set[Path]]


def watch_answers(
    course: Course, exercises: Sequence[Exercise], console: Console, saves: Saves | None = None
) -> None:
    """Grade each answer when it is saved, until all of `exercises` have passed.

    Parameters
    ----------
    saves : iterable of set of Path, optional
        Which files were saved, batch by batch; by default the file system says so, without end.
    """
    from course.grading import Grader  # pylint: disable=import-outside-toplevel  # loads pytest

    progress = Progress(course)
    with Grader(course) as grader:
        grader.warm_up()  # while the learner still thinks
        watcher = _Watcher(exercises, grader, progress, console)
        try:
            watcher.begin()
            batches = iter(_saves(exercises) if saves is None else saves)
            while not watcher.finished() and (saved := next(batches, None)) is not None:
                watcher.graded(saved)
        except KeyboardInterrupt:
            # the usual way to stop watching, and no error
            console.print()


def _saves(exercises: Sequence[Exercise]) -> Saves:
    import watchfiles  # pylint: disable=import-outside-toplevel  # only `course watch` needs it

    folders = sorted({exercise.lesson.path for exercise in exercises})
    for changes in watchfiles.watch(*folders, debounce=200, raise_interrupt=True):
        yield {Path(path) for _, path in changes}


class _Watcher:
    """Knows which exercise is the current one, and what has been said already."""

    def __init__(
        self,
        exercises: Sequence[Exercise],
        grader: Grader,
        progress: Progress,
        console: Console,
    ):
        self.exercises = exercises
        self.grader = grader
        self.progress = progress
        self.console = console

    def current(self) -> Exercise | None:
        """Return the first exercise that has not passed."""
        statuses = ((exercise, self.progress.status(exercise)) for exercise in self.exercises)
        return next((exercise for exercise, status in statuses if status != "passed"), None)

    def finished(self) -> bool:
        return self.current() is None

    def begin(self) -> None:
        """Say what comes next, with its verdict where it was started already."""
        current = self.current()
        if current is not None and self.progress.status(current) == "started":
            self.grade(current)
        self.announce()

    def announce(self) -> None:
        current = self.current()
        if current is None:
            self.console.print("All of these exercises have passed.")
        else:
            show_next(self.console, current)
            self.console.print("  Graded when you save; stop with Ctrl+C.")

    def graded(self, saved: set[Path]) -> None:
        """Grade the exercises whose answers were saved."""
        touched = [exercise for exercise in self.exercises if exercise.answer in saved]
        before = self.current()
        for exercise in touched:
            self.grade(exercise)
        if touched and self.current() is not before:
            self.console.print()
            self.announce()

    def grade(self, exercise: Exercise) -> None:
        verdict = self.grader.grade(exercise)
        show_verdict(self.console, exercise, verdict)
        if verdict.verdict == "passed":
            self.progress.passed(exercise)
            remark(self.progress.trouble)
