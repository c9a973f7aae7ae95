"""`%check 03.2`, `%hint 03.2` and `%progress` in a cell: what the terminal says, where one reads.

Verdicts come from processes that stay warm with the kernel, and load no answer into it.
"""

import atexit
import contextlib
import functools
import io
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display
from rich.console import Console

from course.cli.descriptions import solution_text
from course.cli.display import hints, next_exercise, show_next, show_opened, show_overview
from course.cli.display import show_verdicts
from course.cli.reports import WORDS
from course.grading import Grader, Verdict
from course.learner.messages import WRONG, parts_of
from course.learner.progress import Progress
from course.lessons import Course, Exercise, LessonError, UnknownExerciseError, load_course
from course.pages.templates import render


@dataclass(frozen=True)
class Card:
    """What a cell shows: HTML where there is some, the terminal's words everywhere."""

    text: str
    html: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        rich = {"text/html": self.html} if self.html else {}
        return {"text/plain": self.text, **rich}


def load(shell: Any) -> None:
    """Give an IPython shell the magics, and start what the first verdict will need."""
    for magic in (check, hint, progress):
        shell.register_magic_function(magic)
    with contextlib.suppress(LessonError, OSError):  # `%check` will say it
        grader_of(load_course().root)


def check(line: str) -> None:
    """Grade what is saved: `%check 03.2`, or `%check` for all that was started of this lesson."""
    if get_ipython() is None:  # no notebook
        display(_said(lambda: _check(load_course(), _keys(line), lambda text: None)))
        return
    shown = display(Card("grading"), display_id=True)

    def tell(text: str) -> None:
        shown.update(Card(f"grading {text}"))

    try:
        shown.update(_said(lambda: _check(load_course(), _keys(line), tell)))
    except KeyboardInterrupt as error:
        shown.update(Card("Stopped: there is no verdict."))
        setattr(error, "_render_traceback_", list)  # IPython's: the card has said it
        raise


def hint(line: str) -> None:
    """Give the next hint: `%hint 03.2`; the last one comes close to the answer."""

    def given() -> Card:
        course = load_course()
        exercises = [item for key in _keys(line) or [None] for item in course.find(key)]
        remembered = Progress(course)
        if len(exercises) > 1:
            raise UnknownExerciseError("Name one exercise, as in %hint 03.2.")
        lines = [*hints(exercises[0], remembered), remembered.trouble]
        page = render("card.html.jinja", items=[], remarks=filter(None, lines), next=None)
        return Card("\n".join(lines).strip(), page)

    display(_said(given))


def progress(_: str) -> None:
    """Show where you are: a bar for each lesson, and what comes next."""

    def where() -> Card:
        course = load_course()
        return Card(_printed(lambda console: show_overview(console, course, Progress(course))))

    display(_said(where))


def _keys(line: str) -> list[str]:
    """Return the lessons and exercises that are named before a comment."""
    return line.partition("#")[0].replace(",", " ").split()


def _said(make: Callable[[], Card]) -> Card:
    """Return a card, or one that says in a sentence what is in the way."""
    try:
        return make()
    except (LessonError, UnknownExerciseError, OSError) as error:
        return Card(str(error))


def _printed(write: Callable[[Console], None]) -> str:
    # not the learner's colours, nor Rich's own output for notebooks: the terminal's words alone
    text = io.StringIO()
    no = {"force_jupyter": False, "highlight": False, "markup": False}
    write(Console(file=text, color_system=None, soft_wrap=True, **no))
    return text.getvalue().rstrip()


def _check(course: Course, keys: Sequence[str], tell: Callable[[str], None]) -> Card:
    """Return the verdicts on what `keys` name, and remember what has passed."""
    remembered = Progress(course)
    if not (started := _named(course, keys, remembered)):
        upcoming = _printed(lambda console: show_next(console, _of_this_lesson(course)[0]))
        return Card(f"None of these exercises has been started.\n{upcoming}")
    grader = grader_of(course.root)
    verdicts = grader.grade_many(started, tell=tell)
    for exercise, verdict in zip(started, verdicts, strict=True):
        if verdict.verdict == "passed":
            remembered.passed(exercise, verdict.answer)
    remarks = [grader.weaker, remembered.trouble]
    if all(verdict.verdict == "todo" for verdict in verdicts):
        remarks.append("Untouched as yet: what is graded is what you have saved.")
    remarks = [remark for remark in remarks if remark]

    def write(console: Console) -> None:
        show_verdicts(console, started, verdicts)
        show_opened(console, course, remembered, verdicts)
        for remark in remarks:
            console.print(remark)

    items = [_item(*pair, remembered) for pair in zip(started, verdicts, strict=True)]
    after = next_exercise(course, remembered, started[-1])
    link = _link(after) if after and verdicts[-1].verdict == "passed" else None
    return Card(_printed(write), render("card.html.jinja", items=items, remarks=remarks, next=link))


def _named(course: Course, keys: Sequence[str], remembered: Progress) -> list[Exercise]:
    """Return what is named, each once; without names, what was started of this lesson."""
    if keys:
        return list(dict.fromkeys(item for key in keys for item in course.find(key)))
    return [item for item in _of_this_lesson(course) if remembered.status(item) != "todo"]


def _item(exercise: Exercise, verdict: Verdict, remembered: Progress) -> dict[str, Any]:
    """Return what a card says of one exercise."""
    sentence, facts = parts_of(verdict.message if verdict.verdict != "todo" else "")
    seen, wrong = remembered.hints_seen(exercise), verdict.verdict in WRONG
    age = time.time() - exercise.answer.stat().st_mtime if exercise.answer.is_file() else 0.0
    return {
        **verdict.to_json(),
        "word": WORDS[verdict.verdict],
        "sentence": sentence,
        "facts": facts,
        "age": f"{age:.0f} s" if age < 120 else f"{age / 60:.0f} min",
        "hint": f"{min(seen + 1, len(exercise.hints))} of {len(exercise.hints)}" if wrong else "",
        "solution": solution_text(exercise) if verdict.verdict == "passed" else "",
    }


def _link(exercise: Exercise) -> dict[str, str]:
    """Return what comes next; JupyterLab opens a path that starts from the notebook's folder."""
    return {
        "title": f"{exercise.id} {exercise.title}",
        "read": os.path.relpath(exercise.part.notebook),
        "edit": os.path.relpath(exercise.answer),
    }


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
