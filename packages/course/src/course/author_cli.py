"""`course author`: what those who write lessons run."""

# pylint: disable=import-outside-toplevel  # as in cli.py: start-up time

from __future__ import annotations

from typing import Annotated

import typer

from course.display import open_console
from course.lessons import load_course

author = typer.Typer(help="Write lessons: make a new one, derive its files, prove that it works.")
Lesson = Annotated[str | None, typer.Argument(metavar="[LESSON|EXERCISE]", help="03 or 03.2.")]


@author.command()
def sync(
    which: Lesson = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite answers as well.")] = False,
) -> None:
    """Write solutions (from the packages) and stubs (from the solutions)."""
    from course.syncing import sync as sync_files

    course = load_course()
    results = sync_files(course, course.find(which), force)
    for result in results:
        if result.outcome != "in sync":
            print(f"{result.outcome:<8}{result.path.relative_to(course.root)}")
    kept = [result for result in results if result.outcome == "kept"]
    if kept:
        open_console(stderr=True).print(
            "What was kept is no stub but somebody's answer; --force overwrites it."
        )
        raise typer.Exit(1)
    print(f"{len(results)} files in sync.")
