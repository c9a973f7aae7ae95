"""`%check 03.2` in a cell: the verdict of `course test`, from processes that stay warm."""

from __future__ import annotations

import atexit
import contextlib
import functools
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from course.cli.display import show_next, show_verdicts
from course.grading import Grader
from course.learner.progress import Progress
from course.lessons import Course, Exercise, LessonError, UnknownExerciseError, load_course

WIDTH = 79


def load(shell: Any) -> None:
    """Give an IPython shell the magic `%check`, and start what its first verdict will need."""
    shell.register_magic_function(check)
    with contextlib.suppress(LessonError, OSError):  # `%check` will say it
        grader_of(load_course().root)


def check(line: str) -> None:
    """Grade what is saved: `%check 03.2`, or `%check` for all that was started of this lesson.

    Nothing of the answer is loaded into the notebook's own kernel.
    """
    # not the learner's colours, nor Rich's own output for notebooks: the terminal's words alone
    text = io.StringIO()
    no = {"force_jupyter": False, "highlight": False, "markup": False}
    console = Console(file=text, color_system=None, soft_wrap=True, **no)
    try:
        _grade(load_course(), line.strip(), console)
    except (LessonError, UnknownExerciseError, OSError) as error:
        console.print(str(error))
    print(text.getvalue(), end="")


def _grade(course: Course, key: str, console: Console) -> None:
    """Print the verdicts on what `key` names, and remember what has passed."""
    progress = Progress(course)
    exercises = course.find(key) if key else _of_this_lesson(course)
    started = [item for item in exercises if key or progress.status(item) != "todo"]
    if not started:
        console.print("None of these exercises has been started.")
        show_next(console, exercises[0])
        return
    grader = grader_of(course.root)
    if grader.weaker:
        console.print(grader.weaker)
    verdicts = grader.grade_many(started, tell=_show)
    _show("")
    show_verdicts(console, started, verdicts)
    for exercise, verdict in zip(started, verdicts, strict=True):
        if verdict.verdict == "passed":
            progress.passed(exercise)
    if all(verdict.verdict == "todo" for verdict in verdicts):
        console.print("Untouched as yet: what is graded is what you have saved.")
    if progress.trouble:
        console.print(progress.trouble)


def _show(text: str) -> None:
    """Show what the grader is at in a line that the next one takes the place of."""
    print(f"\r{text[:WIDTH]:<{WIDTH}}\r", end="", flush=True)


def _of_this_lesson(course: Course) -> Sequence[Exercise]:
    """Return the exercises of the lesson in whose folder the notebook lies, or all."""
    here = Path.cwd().parts
    found = [lesson.exercises for lesson in course.lessons if lesson.folder in here]
    return found[0] if found else course.exercises


@functools.cache
def grader_of(root: Path) -> Grader:
    """Return the grader of the course at `root`, which is kept as long as the kernel."""
    course = load_course(root)
    grader = Grader(course, exercises=_of_this_lesson(course))
    atexit.register(grader.close)
    grader.warm_up()
    return grader
