"""The `course` command. Every command imports what it needs when it runs: `course` alone is quick.

Exit codes: 0 when nothing that was started is wrong, 1 when something is, 2 for a wrong call, 3
where this machine fails. What cannot be remembered or stored costs a remark, never the result.
"""

# pylint: disable=import-outside-toplevel  # see above: start-up time is part of the interface

import secrets
from pathlib import Path
from typing import Annotated

import typer

from course.cli.author import Which, author
from course.cli.classes import grade_classes
from course.cli.display import hints, open_console, remark, show_finding, show_opened
from course.cli.display import show_overview, show_source, show_text, show_verdicts
from course.cli.forks import badges, update
from course.cli.grade import grade
from course.cli.report import report
from course.cli.reports import exit_code, to_json, write_junit
from course.learner.answers import put_stub_back
from course.learner.progress import Progress
from course.lessons import Course, Exercise, LessonError, UnknownExerciseError, load_course
from sandbox.namespaces import IsolationError

app = typer.Typer(
    name="course",
    help="Learn from the lessons, be graded, see where you are.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

MOST_SEEDS = 1_000_000
STRICT = "Answers are not trusted: they see nothing but themselves (Linux)."
ExerciseId = Annotated[str, typer.Argument(metavar="EXERCISE", help="As 03.2.")]


def main() -> None:
    """Run the command line; a wrong call, and trouble of this machine, end in a sentence."""
    try:
        app()
    except (LessonError, UnknownExerciseError, IsolationError, OSError) as error:
        remark(str(error))
        raise SystemExit(3 if isinstance(error, OSError) else 2) from None


def _one(key: str) -> tuple[Course, Exercise]:
    """Return the exercise of an id; a whole lesson is one exercise only if it has just one."""
    course = load_course()
    found = course.find(key)
    if len(found) > 1:
        ids = ", ".join(exercise.id for exercise in found)
        raise UnknownExerciseError(f"{key} is a lesson; name one of its exercises: {ids}.")
    return course, found[0]


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
    strict: Annotated[bool, typer.Option("--strict", help=STRICT)] = False,
    seed: Annotated[int | None, typer.Option(help="Of the tables that the tests make.")] = None,
) -> None:
    """Grade what you have started."""
    course = load_course()
    exercises = course.find(which)
    progress = Progress(course)
    if strict and seed is None:
        seed = secrets.randbelow(MOST_SEEDS)
    verdicts = grade(course, exercises, progress, seed, strict)
    if as_json:
        print(to_json(course, verdicts, seed))
    else:
        show_verdicts(open_console(), exercises, verdicts)
        if strict:
            print(f"Tables of seed {seed}; --strict --seed {seed} repeats this.")
        else:
            show_opened(open_console(), course, progress, verdicts)
    try:
        if junit is not None:
            write_junit(junit, course, verdicts)
    except OSError as error:
        remark(f"{junit} could not be written: {error.strerror}.")
    remark(progress.trouble)
    raise typer.Exit(exit_code(verdicts, every))


@app.command("next")
def what_comes(
    only_print: Annotated[bool, typer.Option("--print", help="Print the path alone.")] = False,
) -> None:
    """Print the path of what comes next, and open it in a running JupyterLab."""
    import webbrowser

    from course.cli.next_step import lab_url, next_step

    course = load_course()
    path = next_step(course, Progress(course))
    if path is None:
        remark("All exercises have passed.")
        return
    print(path.relative_to(course.root))
    if only_print:
        return
    if (url := lab_url(course, path)) is None:
        remark("No JupyterLab of this course is running; `make lab` starts one.")
    else:
        opened = webbrowser.open(url)
        remark("Opened in JupyterLab." if opened else f"To see it in JupyterLab, open {url}")


@app.command()
def watch(which: Which = None) -> None:
    """Grade on every save, and move on when an exercise has passed."""
    from course.cli.screen import can_draw, watch_on_screen
    from course.cli.watch import watch_answers

    course, console = load_course(), open_console()
    (watch_on_screen if can_draw(console) else watch_answers)(course, course.find(which), console)


@app.command()
def hint(which: ExerciseId) -> None:
    """Give the next hint; the last ones come close to the answer."""
    course, exercise = _one(which)
    progress = Progress(course)
    show_text(open_console(), "\n".join(hints(exercise, progress)))
    remark(progress.trouble)


@app.command()
def show(which: ExerciseId) -> None:
    """Show an exercise: what is asked, its file, its tests and the hole it fills."""
    from course.cli.descriptions import describe

    course, exercise = _one(which)
    show_text(open_console(), describe(exercise, Progress(course)))


@app.command()
def solution(
    which: ExerciseId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Even before you have passed.")] = False,
) -> None:
    """Show the author's solution, once you have passed."""
    from course.cli.descriptions import solution_text

    course, exercise = _one(which)
    if not reveal and not Progress(course).has_passed_once(exercise):
        print(f"{exercise.id} has not passed yet. `course hint {exercise.id}` gives a hint; ")
        print(f"`course solution {exercise.id} --reveal` shows the solution all the same.")
        raise typer.Exit(1)
    show_source(open_console(), solution_text(exercise), exercise.file)


@app.command()
def reset(which: ExerciseId) -> None:
    """Put the untouched stub back; your answer is kept as a dated backup."""
    course, exercise = _one(which)
    backup = put_stub_back(exercise)
    print(f"{exercise.answer.relative_to(course.root)} is the untouched stub again.")
    if backup is not None:
        print(f"Your answer is kept in {backup.relative_to(course.root)}.")


@app.command()
def assemble(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made, or replaced.")],
) -> None:
    """Copy the packages to DIR with your passed answers in their holes."""
    from course.learner.assembly import assemble_packages

    course = load_course()
    holes = [exercise for exercise in course.exercises if exercise.fills]
    progress = Progress(course)
    verdicts = grade(course, holes, progress)
    folder = folder.absolute()
    passed = [item for item, verdict in zip(holes, verdicts) if verdict.verdict == "passed"]
    put_in = assemble_packages(course, passed, folder)
    for exercise, path in put_in:
        print(f"{exercise.id} {exercise.title}: yours, as {path.relative_to(folder)}")
    if not put_in:
        print("None of your answers has passed yet, so this is the course's own code throughout.")
    remark(progress.trouble)


@app.command()
def doctor(
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Get once what later needs no network.")
    ] = False,
) -> None:
    """Say what this machine has and lacks for the course, and what would help."""
    from course.cli import doctor as doctors

    course = load_course()
    if fetch and doctors.fetch(course):
        raise typer.Exit(3)
    console, ill = open_console(), False
    for finding in doctors.examine(course):
        show_finding(console, finding)
        ill = ill or finding.well is False
    if ill:
        raise typer.Exit(1)


for own in (report, update, badges):
    app.command()(own)
app.command("class")(grade_classes)
app.add_typer(author, name="author")
