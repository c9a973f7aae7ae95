"""`course update` and `course badges`: what those who fork the course run."""

# pylint: disable=import-outside-toplevel  # as in main.py: start-up time

import datetime
import re
import subprocess
from typing import Annotated

import typer

from course.cli.display import remark
from course.lessons import Course, load_course

GITHUB = re.compile(
    r"(?:\w+://)?(?:[^@/]+@)?(?:www\.|ssh\.)?github\.com(?::\d+)?[/:]/?"
    r"([\w-]+)/([\w.-]+?)(?:\.git)?/?",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"(<!-- badges -->).*?(<!-- /badges -->)", re.DOTALL)


def update(
    source: Annotated[
        str | None, typer.Option("--from", metavar="URL_OR_PATH", help="Instead of `upstream`.")
    ] = None,
    branch: Annotated[str, typer.Option(help="The branch of it.")] = "main",
) -> None:
    """Take a newer version of the course into your fork; your answers stay."""
    from course.learner.messages import printable
    from course.learner.update import UpdateError, update_course

    try:
        done = update_course(load_course(), source, branch, datetime.date.today())
    except UpdateError as error:
        remark(printable(str(error)))
        raise typer.Exit(1) from None
    if done is None:
        print("You have the newest version of the course.")
        return
    print("The course is up to date; your answers are as they were.")
    print(*map(printable, done.news), sep="\n", end="\n" if done.news else "")
    if done.locks:
        print("What is installed has changed: run `make setup`.")


def badges() -> None:
    """Put the badges of your fork into README.md, between the two comments named badges."""
    from course.learner.progress import write_atomically

    course = load_course()
    readme = course.root / "README.md"
    try:
        address = _address_of_fork(course)
        # as it is, line ends and all
        text = readme.read_bytes().decode("utf-8")
        if not BETWEEN.search(text):
            raise ValueError(
                "README.md has no place for them: put <!-- badges --> and <!-- /badges --> there."
            )
    except ValueError as error:
        remark(str(error))
        raise typer.Exit(1) from None
    end = "\r\n" if "\r\n" in text else "\n"
    lines = end.join(["", *_badges_of(course, address), ""])
    changed = BETWEEN.sub(lambda found: found[1] + lines + found[2], text, count=1)
    if changed == text:
        print(f"README.md has the badges of {address} already.")
        return
    write_atomically(readme, changed)
    print(f"README.md shows the badges of {address}. Commit and push it.")


def _address_of_fork(course: Course) -> str:
    """Return OWNER/REPO of the remote `origin`; ValueError says what is in the way."""
    command = ["git", "remote", "get-url", "origin"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError("This is no clone of a fork: git knows no remote `origin`.")
    if not (found := GITHUB.fullmatch(done.stdout.strip())):
        raise ValueError(
            "The remote `origin` names no repository on github.com, and only there are badges "
            "drawn. `git remote set-url origin URL` gives it another address."
        )
    return f"{found[1]}/{found[2]}"


def _badges_of(course: Course, address: str) -> list[str]:
    pictures = f"https://raw.githubusercontent.com/{address}/badges"
    page = f"https://github.com/{address}/actions/workflows/badges.yml"
    names = [("course", "points of the course")]
    names += [(f"lesson_{it.number}", f"points of {it.number} {it.title}") for it in course.lessons]
    return [f"[![{alt}]({pictures}/{name}.svg)]({page})" for name, alt in names]
