"""What a learner sees in the terminal: plain text, with colour where there is a terminal."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from course.cli.reports import WORDS, summary
from course.learner.messages import WRONG
from course.learner.progress import Progress
from course.lessons import Course, Exercise

if TYPE_CHECKING:
    from course.cli.doctor import Finding
    from course.grading import Verdict

COLOURS = {"passed": "green", "todo": "dim", "not verified": "yellow"}  # what is wrong is red
BAR_WIDTH = 20
Start = Callable[[int], Callable[..., None]]


def open_console(stderr: bool = False) -> Console:
    """Return the console; lines are never cut where the output is not a terminal."""
    return Console(stderr=stderr, highlight=False, markup=False, soft_wrap=True)


def remark(sentence: str) -> None:
    """Print a sentence beside the result, on standard error; nothing where it is empty."""
    if sentence:
        open_console(stderr=True).print(f"course: {sentence}")


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text; what is wider goes on below the start of its line."""
    lines = []
    for line in text.splitlines():
        start = line[: len(line) - len(line.lstrip())]
        wrap = textwrap.TextWrapper(width, subsequent_indent=start, break_on_hyphens=False)
        lines += wrap.wrap(line) or [""]
    return lines


def show_text(console: Console, text: str, indent: str = "") -> None:
    """Print a text after an indent; on a terminal its words are kept whole, and in a file lines."""
    width = console.width if console.file.isatty() else sys.maxsize
    for line in wrapped(textwrap.indent(text, indent), width):
        console.print(Text(line))


def show_overview(console: Console, course: Course, progress: Progress) -> None:
    """Print a progress bar for each lesson, and the next exercise."""
    console.print(Text(course.name, style="bold"), end="\n\n")
    states = {exercise.id: progress.status(exercise) for exercise in course.exercises}
    width = max((len(lesson.title) for lesson in course.lessons), default=0)
    for lesson in course.lessons:
        done = sum(states[exercise.id] == "passed" for exercise in lesson.exercises)
        line = Text(f"{lesson.number}  {lesson.title:<{width}}  ")
        line.append_text(share_bar(console, done, len(lesson.exercises)))
        console.print(line.append(f"  {done} of {len(lesson.exercises)}"))
    open_ones = [exercise for exercise in course.exercises if states[exercise.id] != "passed"]
    console.print()
    if stale := [key for key, state in states.items() if state == "stale"]:
        console.print(f"To be graded again, since tests or holes changed: {', '.join(stale)}\n")
    edited = [
        it.id for it in open_ones if states[it.id] == "started" and progress.has_passed_once(it)
    ]
    if edited:
        console.print(f"Changed since they passed, so to be graded again: {', '.join(edited)}\n")
    if open_ones:
        show_next(console, open_ones[0])
    elif course.exercises:
        console.print("All exercises have passed. `make serve MINE=1` serves what you wrote.")


def show_next(console: Console, exercise: Exercise) -> None:
    """Print what to read, edit and run for one exercise."""
    root = exercise.lesson.root
    console.print(Text(f"Next: {exercise.id} {exercise.title}", style="bold"))
    console.print(f"  read   {exercise.part.notebook.relative_to(root)}")
    console.print(f"  edit   {exercise.answer.relative_to(root)}")
    console.print(f"  grade  course test {exercise.id}")


def next_exercise(course: Course, progress: Progress, after: Exercise) -> Exercise | None:
    """Return the first exercise after one that has not passed, or before it; None without any."""
    place = course.exercises.index(after)
    in_turn = [*course.exercises[place + 1 :], *course.exercises[:place]]
    return next((item for item in in_turn if progress.status(item) != "passed"), None)


def show_opened(
    console: Console, course: Course, progress: Progress, verdicts: Sequence[Verdict]
) -> None:
    """Print, after a pass, where our solution is to be seen, and what comes next."""
    last = verdicts[-1] if verdicts else None
    if last is None or last.verdict != "passed":
        return
    if len(verdicts) == 1:
        console.print(f"`course solution {last.id}` shows ours.")
    (exercise,) = course.find(last.id)
    if (upcoming := next_exercise(course, progress, exercise)) is not None:
        show_next(console, upcoming)


def hints(exercise: Exercise, progress: Progress) -> list[str]:
    """Take the next hint, and return it; who has had them all gets all of them again."""
    had_all = progress.hints_seen(exercise) == len(exercise.hints)
    number = progress.next_hint(exercise)
    return [
        f"Hint {index + 1} of {len(exercise.hints)}: {exercise.hints[index]}"
        for index in range(0 if had_all else number - 1, number)
    ]


def share_bar(console: Console, done: int, total: int) -> Text:
    """Return a bar of progress, of characters that the console has."""
    full, empty = ("█", "░") if "utf" in console.encoding.lower() else ("#", "-")
    filled = BAR_WIDTH * done // max(total, 1)
    return Text(full * filled, style="green").append(empty * (BAR_WIDTH - filled), style="dim")


def show_verdicts(
    console: Console, exercises: Sequence[Exercise], verdicts: Sequence[Verdict]
) -> None:
    """Print the verdicts by lesson, with their messages, and a line that sums up."""
    lesson = None
    for exercise, verdict in zip(exercises, verdicts, strict=True):
        if exercise.lesson is not lesson:
            lesson = exercise.lesson
            console.print(Text(f"{lesson.number} {lesson.title}", style="bold"))
        show_verdict(console, exercise, verdict)
    console.print(f"\n{summary(verdicts)}")


def show_verdict(console: Console, exercise: Exercise, verdict: Verdict) -> None:
    """Print one verdict and what the learner is told."""
    line = Text(f"  {WORDS[verdict.verdict]:<10} ", style=COLOURS.get(verdict.verdict, "red"))
    line.append(f"{verdict.id}  {verdict.title}", style="default")
    if verdict.verdict == "passed":
        few = f"{verdict.points} of " if verdict.points < verdict.possible else ""
        unit = "point" if verdict.possible == 1 else "points"
        points = f"{few}{verdict.possible} {unit}, {verdict.seconds:.1f} s"
        line.append(f"  ({points})", style="dim")
    console.print(line)
    if verdict.verdict != "todo":
        show_text(console, verdict.message.rstrip(), " " * 6)
    if verdict.verdict in WRONG:
        console.print(Text(f"      course hint {exercise.id} gives a hint.", style="dim"))


def show_finding(console: Console, finding: Finding) -> None:
    """Print one thing that the doctor found, and what would help."""
    word, colour = {True: ("ok", "green"), None: ("lacks", "yellow"), False: ("wrong", "red")}[
        finding.well
    ]
    console.print(Text(f"  {word:<6}", style=colour).append(finding.name, style="default"), end="")
    console.print(f": {finding.says}")
    if finding.helps:
        console.print(Text(f"        {finding.helps}", style="bold"))


@contextmanager
def progress_bar(label: str) -> Iterator[Start]:
    """Show a bar on standard error while work goes on; in a log there is none.

    Yields a function that begins it, given the number of steps, and returns what is called after
    each step, or with 0 steps and a few words that say what the work is at.
    """
    console = open_console(stderr=True)
    if not console.is_terminal:
        yield lambda total: lambda steps=1, at="": None
        return
    from rich import progress  # pylint: disable=import-outside-toplevel  # most commands need none

    ends = progress.MofNCompleteColumn(), progress.TimeElapsedColumn()
    columns = "{task.description}", progress.BarColumn(), *ends
    with progress.Progress(*columns, console=console, transient=True) as live:

        def start(total: int) -> Callable[[], None]:
            task = live.add_task(label, total=total)

            def advance(steps: int = 1, at: str = "") -> None:
                live.update(task, advance=steps, description=f"{label} {at}".rstrip())

            return advance

        yield start


def show_source(console: Console, text: str, file: str) -> None:
    """Print a source text, in colour where there is a terminal."""
    if not console.is_terminal or os.environ.get("NO_COLOR"):
        console.print(Text(text.rstrip("\n")))
        return
    from rich.syntax import Syntax  # pylint: disable=import-outside-toplevel  # loads a lexer

    console.print(Syntax(text, Syntax.guess_lexer(file, text), background_color="default"))
