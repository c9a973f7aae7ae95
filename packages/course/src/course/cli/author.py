"""`course author`: what those who write lessons run."""

# pylint: disable=import-outside-toplevel  # as in cli.py: start-up time

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from course.cli.display import progress_bar, remark
from course.lessons import load_course

if TYPE_CHECKING:
    from course.authoring.check import Finding

author = typer.Typer(
    no_args_is_help=True,
    help="Write lessons: make a new one, derive its files, prove that it works.",
)
Which = Annotated[
    str | None, typer.Argument(metavar="[LESSON|EXERCISE]", help="03 or 03.2; all without it.")
]


@author.command()
def new(folder: Annotated[str, typer.Argument(metavar="NN_topic")]) -> None:
    """Make the files of a new lesson; `author check` says what is left to write."""
    from course.authoring.scaffold import new_lesson

    course = load_course()
    for path in new_lesson(course, folder):
        print(path.relative_to(course.root))


@author.command()
def sync(
    which: Which = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite answers as well.")] = False,
) -> None:
    """Write solutions (from the packages) and stubs (from the solutions)."""
    from course.authoring.sync import sync as sync_files

    course = load_course()
    results = sync_files(course, course.find(which), force)
    for result in results:
        if result.outcome != "in sync":
            print(f"{result.outcome:<8}{result.path.relative_to(course.root)}")
    if any(result.outcome == "kept" for result in results):
        remark("What was kept is no stub but somebody's answer; --force overwrites it.")
        raise typer.Exit(1)
    print(f"{len(results)} files in sync.")


@author.command()
def answers() -> None:
    """Say which files for learners hold an answer: no pull request should bring one."""
    from course.lessons.stubs import is_untouched

    course = load_course()
    found = [item.answer for item in course.exercises if not is_untouched(item, item.answer)]
    if not found:
        print("No answers here.")
        return
    paths = [shlex.quote(str(path.relative_to(course.root))) for path in found]
    print("Thank you for your work. These files are where learners write, and hold an answer:")
    print(*(f"  {path}" for path in paths), sep="\n")
    print("Answers belong in your fork, where they are graded, and would spoil the exercise here.")
    print("To take them out, in your branch, with the course's repository as `upstream`:")
    print("  git fetch upstream", f"  git checkout upstream/main -- {' '.join(paths)}", sep="\n")
    print('  git commit -m "Take the answers out"', "  git push", sep="\n")
    print("They stay in your branch's history. (Stubs change with their solution: `author sync`.)")
    raise typer.Exit(1)


@author.command()
def check(which: Which = None) -> None:
    """Prove that every exercise is what it claims to be."""
    from course.authoring import check as checking
    from course.grading import Grader

    course = load_course()
    exercises = course.find(which)
    with progress_bar("checking") as start, Grader(course, exercises=exercises) as grader:
        findings = checking.check(exercises, grader, start)
    _print_findings(findings)
    stray = checking.stray_folders(course) if which is None else []
    for path in stray:
        print(f"{path.relative_to(course.root)} is no lesson: it has no lesson.toml")
    raise typer.Exit(1 if stray or any(finding.problems for finding in findings) else 0)


def _print_findings(findings: Sequence[Finding]) -> None:
    """Print a table: one line for each exercise, then what is wrong with it."""
    proofs = ("stub", "forced", "solution", "variants", "mistakes", "tests")
    names = max((len(finding.subject) for finding in findings), default=0)
    width = max((len(finding.title) for finding in findings), default=0)
    for finding in findings:
        went = {proof: finding.proofs[proof] for proof in proofs if proof in finding.proofs}
        marks = "".join(f"  {proof} {'ok' if holds else 'NO'}" for proof, holds in went.items())
        if finding.unverified:
            marks += f"  not verified: {finding.unverified}"
        state = "NO" if finding.problems else "--" if finding.unverified else "ok"
        print(f"{state}  {finding.subject:<{names}} {finding.title:<{width}}{marks}".rstrip())
        for problem in finding.problems:
            print(textwrap.indent(problem, " " * 6))
    wrong = sum(bool(finding.problems) for finding in findings)
    unverified = sum(bool(finding.unverified) for finding in findings)
    rest = f", {unverified} not verified here" if unverified else ""
    print(f"\n{f'{wrong} of {len(findings)} are not in order' if wrong else 'All in order'}{rest}.")


@author.command("run-notebooks")
def run_notebooks(
    which: Annotated[
        str | None, typer.Argument(metavar="[LESSON]", help="03; all without it.")
    ] = None,
) -> None:
    """Execute notebooks in place, so that their stored outputs are fresh."""
    from course.authoring import execution
    from course.authoring.sync import sync as sync_files

    course = load_course()
    lessons = course.lessons if which is None else (course.find_lesson(which),)
    paths = execution.notebooks_of(course, lessons)
    with progress_bar("running notebooks") as start:
        done = execution.run_notebooks(course, paths, start(len(paths)))
    for one in done:
        print(f"{one.outcome:<10}{one.path.relative_to(course.root)}")
        if one.error is not None:
            print(textwrap.indent(one.error, " " * 6))
    sync_files(course, execution.references_of(lessons))
    raise typer.Exit(1 if any(one.error for one in done) else 0)
