"""`course class`: grade the submissions of a class."""

# pylint: disable=import-outside-toplevel  # `course` alone is to start quickly

from __future__ import annotations

import datetime
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from course.cli.display import open_console, progress_bar, remark
from course.cli.reports import WORDS
from course.lessons import Course, Exercise, load_course
from sandbox.namespaces import IsolationError

if TYPE_CHECKING:
    from course.classroom.reports import Class
    from course.classroom.submissions import Source, Submission

FEW = 5  # names in a line
AT_A_TIME = 8  # submissions that are read: most of it is waiting for git
INTERRUPTED = "Interrupted. What was graded is kept: the same command goes on from there."
INSTEAD = "`course class --weak` grades without isolation, and every report says so."


def _moment(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no date: write it as 2026-11-30T18:00.") from None


def grade_classes(  # pylint: disable=too-many-positional-arguments,too-many-locals  # options
    where: Annotated[
        Path,
        typer.Argument(metavar="DIR|FILE", help="A folder of submissions, or a CSV: name, place."),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the reports go, and what is kept.")
    ] = Path("class-report"),
    which: Annotated[
        str, typer.Option("--exercises", metavar="IDS", help="Only these, as 03,04.2.")
    ] = "",
    before: Annotated[
        datetime.datetime | None,
        typer.Option(parser=_moment, metavar="DATE", help="Last commit before; 2026-11-30T18:00."),
    ] = None,
    weak: Annotated[
        bool, typer.Option("--weak", help="Without strict isolation; every report says so.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Answers at a time; by default processors + 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of the tables; by default drawn.")] = None,
) -> None:
    """Teacher: grade many submissions, strictly, by your own tests; CSV, JSON and a page.

    A submission is a folder, a zip file, a git repository, or the address of one. Each different
    answer is graded once. After an interruption the same command goes on.
    """
    from course.classroom import grading, submissions
    from course.classroom.reports import Class
    from course.grading import Grader

    course = load_course()
    exercises = _chosen(course, which)
    try:
        sources = submissions.sources_of(where)
    except submissions.ClassError as error:
        raise typer.BadParameter(f"{error}.") from None
    try:
        opened = Grader(course, exercises=exercises, strict=not weak)
    except IsolationError as error:
        raise IsolationError(f"{error}\n{INSTEAD}") from None
    if not out.exists():
        out.mkdir(parents=True)
        (out / ".gitignore").write_text("*\n", encoding="utf-8")  # grades are not to be pushed
    record = grading.Record(out, seed, strict=not weak)
    date = before.isoformat() if before else ""
    with opened as grader, tempfile.TemporaryDirectory(prefix="course-class-") as folder:
        grader.warm_up()
        try:
            taken = _take(sources, exercises, Path(folder), date)
            with progress_bar("grading different answers") as start:
                verdicts = grading.grade_class(grader, exercises, taken, record, jobs, start)
        except KeyboardInterrupt:
            remark(INTERRUPTED)
            raise typer.Exit(130) from None
        _report(Class(course, exercises, taken, verdicts, record.seed, not weak, date), out)
    if any(verdict.trouble for verdict in verdicts.values()):
        remark("This machine could not grade all of it; the same command tries the rest again.")
        raise typer.Exit(3)


def _chosen(course: Course, which: str) -> list[Exercise]:
    keys = [key.strip() for key in which.split(",") if key.strip()]
    chosen = [exercise.id for key in keys or [None] for exercise in course.find(key)]
    return [exercise for exercise in course.exercises if exercise.id in chosen]


def _take(
    sources: Sequence[Source], exercises: Sequence[Exercise], folder: Path, before: str
) -> list[Submission]:
    from course.classroom.submissions import take

    with progress_bar("reading submissions") as start, ThreadPoolExecutor(AT_A_TIME) as pool:
        advance = start(len(sources))

        def take_one(number: int, source: Source) -> Submission:
            taken = take(source, exercises, folder / str(number), before)
            advance()
            return taken

        return list(pool.map(take_one, range(len(sources)), sources))


def _report(graded: Class, out: Path) -> None:
    """Write the reports, and print what to see at a glance."""
    from course.classroom import reports
    from course.pages.templates import render

    content = reports.to_json(graded, graded.alike())
    reports.write_csv(out / "grades.csv", graded)
    (out / "class.json").write_text(f"{json.dumps(content, indent=1)}\n", encoding="utf-8")
    page = render(
        "class.html.jinja", **content, words=WORDS, date=datetime.date.today().isoformat()
    )
    (out / "class.html").write_text(page, encoding="utf-8")
    console = open_console()
    if content["warning"]:
        console.print(f"{content['warning']}\n", style="bold red")
    _show(console, content)
    console.print(
        f"\nTables of seed {graded.seed}. Open {out}/class.html; for your platform: grades.csv."
    )


def _show(console: Console, content: dict) -> None:
    table = Table("exercise", "passed", "of started", "most frequent known mistake", box=None)
    for item in content["exercises"]:
        rate = "" if item["pass_rate"] is None else f"{item['pass_rate']:.0%}"
        mistake = next(iter(item["mistakes"].items()), None)
        said = f"{mistake[1]} × {mistake[0]}" if mistake else ""
        table.add_row(f"{item['id']} {item['title']}", str(item["passed"]), rate, Text(said))
    console.print(table)
    remarks = defaultdict(list)
    for item in content["submissions"]:
        if said := item["problem"] or item["note"]:
            remarks[said].append(item["name"])
    for said, names in remarks.items():
        more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
        console.print(f"{', '.join(names[:FEW])}{more}: {said}")
    alike = [group for group in content["alike"] if not group["like_the_solution"]]
    count = len(content["submissions"])
    console.print(
        f"\n{count} submission{'' if count == 1 else 's'}; {len(alike)} groups of answers that "
        "are alike, for you to judge."
    )
