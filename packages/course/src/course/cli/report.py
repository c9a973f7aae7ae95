"""`course report`: what a learner has shown so far, in the terminal and as a page."""

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from course.cli.author import Which
from course.cli.display import COLOURS, open_console, remark, show_text
from course.cli.grade import grade
from course.cli.reports import WORDS, exit_code, summary
from course.learner.progress import Progress
from course.lessons import load_course
from course.pages.report import describe


def report(
    which: Which = None,
    html: Annotated[Path | None, typer.Option(metavar="F", help="Also write a page to F.")] = None,
) -> None:
    """Grade what you have started: objectives shown, points, messages, hints, time."""
    course = load_course()
    # the path of an answer, given by mistake, would cost the learner that answer
    if html is not None and html.is_file() and html.suffix not in (".html", ".htm"):
        raise typer.BadParameter(f"{html} is there already and no page; name an .html file.")
    progress = Progress(course)
    verdicts = grade(course, course.find(which), progress)
    content, total = describe(course, verdicts, progress), summary(verdicts)
    _show(open_console(), content)
    print(f"\n{total}")
    remark(progress.trouble)
    if html is not None:
        from course.pages.templates import render  # pylint: disable=import-outside-toplevel  # slow

        now = datetime.datetime.now().isoformat(" ", "minutes")
        page = render("report.html.jinja", **content, total=total, words=WORDS, now=now)
        try:
            html.parent.mkdir(parents=True, exist_ok=True)
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise OSError(f"The page could not be written to {html}: {error.strerror}.") from error
        print(f"The page is in {html}.")
    raise typer.Exit(exit_code(verdicts))


def _show(console: Console, content: dict[str, Any]) -> None:
    """Print all of a report but its total; of a lesson that was not started only the points."""
    for lesson in content["lessons"]:
        started = any(item["verdict"] != "todo" for item in lesson["exercises"])
        console.print(Text(f"{lesson['number']} {lesson['title']}", style="bold"), end="")
        console.print(f"  {lesson['points']}{'' if started else ', not started'}")
        for objective in lesson["objectives"] if started else ():
            words = {key: WORDS[state] for key, state in lesson["open"].items()}
            still = ", ".join(f"{key} {words[key]}" for key in objective.exercises if key in words)
            mark = " " if still else "x"
            show_text(console, f"  [{mark}] {objective.text}{still and f'  ({still})'}")
        for item in lesson["exercises"] if started else ():
            _show_exercise(console, item)
    if checks := content["ml_test_score"]:
        console.print(f"\nPasses show {len(checks)} of 28 checks of the ML test score.")


def _show_exercise(console: Console, item: dict[str, Any]) -> None:
    """Print a verdict and, of what is wrong, the first sentence; of what is not verified, all."""
    line = Text(f"  {WORDS[item['verdict']]:<12}", style=COLOURS.get(item["verdict"], "red"))
    line.append(f"{item['id']}  {item['title']}", style="default")
    console.print(line.append(f"  ({item['facts']})" if item["facts"] else "", style="dim"))
    lines = {"passed": 0, "not verified": None}.get(item["verdict"], 1)
    show_text(console, "\n".join(item["message"].splitlines()[:lines]), " " * 6)
