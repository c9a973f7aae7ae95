"""The `course` command. Every command imports what it needs when it runs: `course` alone is quick.

Exit codes: 0 when nothing that was started is wrong, 1 when something is, 2 for a wrong call.
"""

# pylint: disable=import-outside-toplevel  # see above: start-up time is part of the interface

from __future__ import annotations

import datetime
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course.author_cli import author
from course.display import open_console, progress_bar, show_overview, show_source, show_verdicts
from course.lessons import Course, Exercise, LessonError, UnknownExerciseError, load_course
from course.progress import Progress, write_atomically
from course.reports import is_good, to_json, write_junit
from course.stubs import stub_text

if TYPE_CHECKING:
    from course.grading import Verdict

app = typer.Typer(
    name="course",
    help="Learn from the lessons, be graded, see where you are.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(author, name="author")

Which = Annotated[
    str | None, typer.Argument(metavar="[LESSON|EXERCISE]", help="03 or 03.2; all without it.")
]
ExerciseId = Annotated[str, typer.Argument(metavar="EXERCISE", help="As 03.2.")]


def main() -> None:
    """Run the command line; a wrong course or exercise ends in a sentence and exit code 2."""
    try:
        app()
    except (LessonError, UnknownExerciseError) as error:
        open_console(stderr=True).print(f"course: {error}")
        raise SystemExit(2) from None


def _one(course: Course, key: str) -> Exercise:
    """Return the exercise of an id; a whole lesson is one exercise only if it has just one."""
    found = course.find(key)
    if len(found) > 1:
        ids = ", ".join(exercise.id for exercise in found)
        raise UnknownExerciseError(f"{key} is a lesson; name one of its exercises: {ids}.")
    return found[0]


@app.callback(invoke_without_command=True)
def where_you_are(context: typer.Context) -> None:
    """Show where you are: progress by lesson, and the next exercise."""
    if context.invoked_subcommand is None:
        course = load_course()
        show_overview(open_console(), course, Progress(course))


@app.command()
def test(
    which: Which = None,
    every: Annotated[bool, typer.Option("--all", help="Exercises to do count as wrong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Also write JUnit XML here.")] = None,
) -> None:
    """Grade what you have started."""
    course = load_course()
    exercises = course.find(which)
    verdicts = grade(course, exercises)
    if junit is not None:
        write_junit(junit, course, verdicts)
    if as_json:
        print(to_json(course, verdicts))
    else:
        show_verdicts(open_console(), exercises, verdicts)
    raise typer.Exit(0 if is_good(verdicts, every) else 1)


def grade(course: Course, exercises: Sequence[Exercise]) -> list[Verdict]:
    """Grade the learner's answers, in order, and remember what has passed."""
    from course.grading import Grader

    progress = Progress(course)
    found: dict[str, Verdict] = {}
    with progress_bar("grading") as start, Grader(course) as grader:
        advance = start(len(exercises))

        def keep(verdict: Verdict) -> None:
            found[verdict.id] = verdict
            advance()

        grader.grade_many(exercises, keep)
    for exercise in exercises:
        if found[exercise.id].verdict == "passed":
            progress.passed(exercise)
    return [found[exercise.id] for exercise in exercises]


@app.command()
def watch(which: Which = None) -> None:
    """Grade on every save, and move on when an exercise has passed."""
    from course.watching import watch_answers

    course = load_course()
    watch_answers(course, course.find(which), open_console())


@app.command()
def hint(which: ExerciseId) -> None:
    """Give the next hint; the last ones come close to the answer."""
    course = load_course()
    exercise = _one(course, which)
    progress = Progress(course)
    had_all = progress.hints_seen(exercise) == len(exercise.hints)
    number = progress.next_hint(exercise)
    # who has read them all is shown them all again: there is nothing left to be kept back
    for index in range(0 if had_all else number - 1, number):
        print(f"Hint {index + 1} of {len(exercise.hints)}: {exercise.hints[index]}")


@app.command()
def show(which: ExerciseId) -> None:
    """Show an exercise: what is asked, its file, its tests and the hole it fills."""
    from course.briefs import describe

    course = load_course()
    open_console().print(describe(_one(course, which), Progress(course)))


@app.command()
def solution(
    which: ExerciseId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Even before you have passed.")] = False,
) -> None:
    """Show the author's solution, once you have passed."""
    from course.briefs import solution_text

    course = load_course()
    exercise = _one(course, which)
    if not reveal and not Progress(course).has_passed_once(exercise):
        print(f"{exercise.id} has not passed yet. `course hint {exercise.id}` gives a hint; ")
        print(f"`course solution {exercise.id} --reveal` shows the solution all the same.")
        raise typer.Exit(1)
    show_source(open_console(), solution_text(exercise), exercise.file)


@app.command()
def reset(which: ExerciseId) -> None:
    """Put the untouched stub back; your answer is kept as a dated backup."""
    course = load_course()
    exercise = _one(course, which)
    stub = stub_text(exercise)
    backup = _back_up(course, exercise)
    write_atomically(exercise.answer, stub)
    print(f"{exercise.answer.relative_to(course.root)} is the untouched stub again.")
    if backup is not None:
        print(f"Your answer is kept in {backup.relative_to(course.root)}.")


def _back_up(course: Course, exercise: Exercise) -> Path | None:
    """Move the answer (a file, or what a learner put in its place) out of the way."""
    if not exercise.answer.exists():
        return None
    folder = course.state / "backups" / exercise.id
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S_%f")
    return Path(shutil.move(exercise.answer, folder / f"{now}_{exercise.file}"))


@app.command()
def assemble(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made, or replaced.")],
) -> None:
    """Copy the packages to DIR with your passed answers in their holes."""
    from course.assembly import assemble_packages

    course = load_course()
    holes = [exercise for exercise in course.exercises if exercise.fills]
    verdicts = grade(course, holes)
    folder = folder.absolute()
    passed = [
        exercise
        for exercise, verdict in zip(holes, verdicts, strict=True)
        if verdict.verdict == "passed"
    ]
    put_in = assemble_packages(course, passed, folder)
    for exercise, path in put_in:
        print(f"{exercise.id} {exercise.title}: yours, as {path.relative_to(folder)}")
    if not put_in:
        print("None of your answers has passed yet, so this is the course's own code throughout.")
