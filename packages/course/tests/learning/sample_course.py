"""A course of two small lessons, with one exercise of each kind."""

import json
from pathlib import Path

from course.authoring.check import names_of_tests
from course.grading import Verdict
from course.lessons.known_answers import text_of
from course.lessons.stubs import fingerprint, is_untouched

PROJECT = """\
[tool.course]
name = "Sample"
packages = ["packages/demo/src"]
preload = ["json"]
"""
FIRST_LESSON = """\
title = "First steps"

[[part]]
notebook = "1_years.ipynb"
title = "Years"
exercises = ["01.1"]

[[part]]
notebook = "2_greet.ipynb"
title = "Greetings"
exercises = ["01.2"]

[[objective]]
text = "subtract years"
exercises = ["01.1"]

[[objective]]
text = "greet"
exercises = ["01.2"]

[[exercise]]
id = "01.1"
title = "Years elapsed"
file = "years.py"
fills = "demo.years"
points = 2
hints = ["Which year is later?", "Subtract.", "`until - since`"]
passed = "An age that counts forward can be compared."
blank = ["elapsed"]
todo = "Return the years elapsed."

[[exercise.mistake]]
name = "the wrong way round"
replace = "until - since"
by = "since - until"
says = "never negative"

[[exercise.mistake]]
name = "adds"
replace = "until - since"
by = "until + since"
says = "never negative"

[[exercise.mistake]]
name = "one too many"
replace = "until - since"
by = "until - since + 1"
says = "never negative"

[[exercise.variant]]
name = "in another order"
replace = "until - since"
by = "-since + until"

[[exercise.variant]]
name = "by a name"
file = "by_a_name.py"

[[exercise]]
id = "01.2"
title = "A greeting"
file = "greeting.txt"
hints = ["Who is there?", "The world.", "hello, world"]
passed = "Whoever is greeted comes back."
stub = "hello, ...\\n"

[[exercise.mistake]]
name = "greets nobody"
replace = "world"
by = "nobody"
says = "Greet the world"

[[exercise.mistake]]
name = "shouts"
replace = "hello"
by = "HELLO"
says = "Greet the world"

[[exercise.mistake]]
name = "says goodbye"
replace = "hello"
by = "goodbye"
says = "Greet the world"

[[exercise.variant]]
name = "a line above"
replace = "hello, world"
by = "\\nhello, world"

[[exercise.variant]]
name = "a line below"
replace = "hello, world"
by = "hello, world\\n"
"""
SECOND_LESSON = """\
title = "More"

[[part]]
notebook = "1_more.ipynb"
title = "More"
exercises = ["02.1", "02.2"]

[[objective]]
text = "double and test"
exercises = ["02.1", "02.2"]

[[exercise]]
id = "02.1"
title = "Double"
file = "double.ipynb"
hints = ["Twice.", "Two times.", "`2 * x`"]
passed = "Twice as much is enough."
cells = ["answer"]
todo = "Define double."

[exercise.says]
use = "Doubling is multiplying by two."

[[exercise.mistake]]
name = "squares"
replace = "2 * x"
by = "x * x"
says = "multiplying by two"

[[exercise.mistake]]
name = "adds two"
replace = "2 * x"
by = "x + 2"
says = "multiplying by two"

[[exercise.mistake]]
name = "triples"
replace = "2 * x"
by = "3 * x"
says = "multiplying by two"

[[exercise.variant]]
name = "a sum"
replace = "2 * x"
by = "x + x"

[[exercise.variant]]
name = "in another order"
replace = "2 * x"
by = "x * 2"

[[exercise]]
id = "02.2"
title = "Test the years"
kind = "tests"
file = "checks.py"
hints = ["What can go wrong?", "The order.", "`assert elapsed(1990, 2000) == 10`"]
passed = "What is tested stays right."
stub = "# TODO: write a test of demo.years.elapsed\\n"

[[exercise.mistake]]
name = "tests nothing"
replace = "== 10"
by = "!= 11"
says = "Tests that find the wrong order"

[[exercise.mistake]]
name = "tests the sign"
replace = "== 10"
by = "> 0"
says = "Tests that find the wrong order"

[[exercise.mistake]]
name = "tests another number"
replace = "== 10"
by = "< 11"
says = "Tests that find the wrong order"

[[exercise.variant]]
name = "other years"
replace = "1990, 2000"
by = "1980, 1990"

[[exercise.variant]]
name = "another name"
replace = "years_count_forward"
by = "ten_years_are_ten"
"""
BY_A_NAME = '''\
"""Years."""


def elapsed(since, until):
    """Return the years from one year to another."""
    years = until - since
    return years
'''
MODULE = '''\
"""Years."""


def elapsed(since, until):
    """Return the years from one year to another."""
    return until - since
'''
TEST_YEARS = """\
def test_years_elapsed_are_never_negative(submission):
    years = submission.run(lambda code: code.elapsed(1990, 2000))
    assert years == 10, "Years elapsed are never negative."
"""
TEST_GREETING = """\
def test_the_greeting_is_for_all(submission):
    assert submission.text.strip() == "hello, world", "Greet the world."
"""
TEST_CHECKS = """\
def test_the_tests_find_a_wrong_order(submission):
    assert "== 10" in submission.text, "Tests that find the wrong order are asked for."
"""
CHECKS = """\
from demo.years import elapsed


def test_years_count_forward():
    assert elapsed(1990, 2000) == 10
"""
README = "# {title}\n\n## {number}.1 One\n\nDo the first.\n\n## {number}.2 Two\n\nDo the second.\n"


def code_cell(cell_id, source, outputs=(), **metadata):
    """Return a code cell as a notebook file has it."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "source": source.splitlines(keepends=True),
        "metadata": metadata,
        "outputs": list(outputs),
        "execution_count": 1,
    }


def shown(text):
    """Return the output of a cell whose last line has a value."""
    return {
        "output_type": "execute_result",
        "data": {"text/plain": [text]},
        "metadata": {},
        "execution_count": 1,
    }


def printed(text):
    """Return the output of a cell that prints."""
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def notebook_text(*cells):
    """Return a notebook file."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def reference_notebook():
    """Return the solution of exercise 02.1."""
    return notebook_text(
        {"cell_type": "markdown", "id": "text", "source": ["# Double\n"], "metadata": {}},
        code_cell("start", "start = 4"),
        code_cell("answer", "def double(x):\n    return 2 * x"),
        code_cell("use", "double(start)", [shown("8")]),
        code_cell("secret", "double(7.5)", [shown("15.0")], tags=["hidden"]),
    )


def part_text(minutes, exercises, following=None):
    """Return a part of a lesson in the form that it must have."""
    fold = "<details><summary>Answer</summary>\n\nTwo.\n\n</details>"
    link = f"\n\nNext: [the next part]({following})" if following else ""
    head = (
        f"# A part\n\nAfterwards you will be able to add. For this you need a pencil.\n\n{minutes} "
    )
    sources = [
        f"{head}minutes (an estimate).",
        *[f"What is one and one?\n\n{fold}"] * 3,
        "## Numbers\n\nOne and one are:",
        "## What to remember\n\n- One.\n- Two.\n- Three.",
        f"## Exercise\n\nWrite it.{link}",
    ]
    texts = [
        {"cell_type": "markdown", "id": f"text-{n}", "source": source, "metadata": {}}
        for n, source in enumerate(sources)
    ]
    for text in texts[1:4]:
        text["metadata"] = {"tags": ["knowledge-check"]}
    checks = [
        code_cell(f"check-{n}", f"%check {exercise}", tags=["nbval-skip"])
        for n, exercise in enumerate(exercises)
    ]
    add = code_cell("a", "1 + 1", [shown("2")])
    load = code_cell("load", "%load_ext course", tags=["nbval-ignore-output"])
    return notebook_text(*texts[:5], add, *texts[5:], load, *checks)


FILES = {
    "pyproject.toml": PROJECT,
    "packages/demo/src/demo/__init__.py": "",
    "packages/demo/src/demo/years.py": MODULE,
    "notebooks/01_first/1_years.ipynb": part_text("About 4", ["01.1"], "2_greet.ipynb"),
    "notebooks/01_first/2_greet.ipynb": part_text("About 4", ["01.2"]),
    "notebooks/02_more/1_more.ipynb": part_text("About 12", ["02.1", "02.2"]),
    "exercises/01_first/lesson.toml": FIRST_LESSON,
    "exercises/01_first/README.md": README.format(title="First steps", number="01"),
    "exercises/01_first/answers/01.1/by_a_name.py": BY_A_NAME,
    "exercises/01_first/tests/test_years.py": TEST_YEARS,
    "exercises/01_first/tests/test_greeting.py": TEST_GREETING,
    "exercises/02_more/lesson.toml": SECOND_LESSON,
    "exercises/02_more/README.md": README.format(title="More", number="02"),
    "exercises/02_more/tests/test_checks.py": TEST_CHECKS,
    "solutions/01_first/years.py": MODULE,
    "solutions/01_first/greeting.txt": "hello, world\n",
    "solutions/02_more/double.ipynb": reference_notebook(),
    "solutions/02_more/checks.py": CHECKS,
}


def write_all(root: Path, files: dict[str, str]) -> None:
    """Write files by their paths below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which has it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def with_answer(text: str, source: str, cell_id: str = "answer") -> str:
    """Return a notebook with another source in one cell."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["id"] == cell_id:
            cell["source"] = source
    return json.dumps(notebook)


def solve(*exercises):
    """Put the solutions where the learner's answers go."""
    for exercise in exercises:
        exercise.answer.write_bytes(exercise.solution.read_bytes())


def right_answers(exercise):
    """Return the solution, and the variants of it."""
    solution = exercise.solution.read_text(encoding="utf-8")
    return [solution, *(text_of(exercise, solution, known) for known in exercise.variants)]


class QuickGrader:
    """Grades by looking: a solution passes, a described mistake is told what is wrong."""

    graded: list[str] = []

    weaker = ""

    def __init__(self, course, exercises=(), strict=False):
        del exercises, strict  # as the real one
        self.course = course

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def warm_up(self):
        """Be ready at once."""

    def interrupt(self):
        """Have nothing to end: no answer runs."""

    def grade(self, exercise, answer=None, force=False, seed=None, tell=None):
        """Return a verdict as the real one would."""
        del seed, tell
        path = answer or exercise.answer
        text = path.read_text(encoding="utf-8")
        self.graded.append(exercise.id)
        verdict, message = "failed", "Something is wrong."
        if not force and is_untouched(exercise, text):
            verdict, message = "todo", ""
        elif text in right_answers(exercise):
            verdict, message = "passed", exercise.passed
        for mistake in exercise.mistakes:
            if verdict == "failed" and mistake.by in text:
                message = mistake.says
        points = exercise.points if verdict == "passed" else 0
        failed = names_of_tests(exercise) if verdict == "failed" else ()
        common = exercise.id, exercise.title, verdict, message, points, exercise.points, 0.1
        content = fingerprint(exercise, path)
        return Verdict(*common, failed_tests=tuple(failed), answer=content)

    def grade_many(self, exercises, on_verdict=None, jobs=None, seed=None, tell=None):
        """Grade the learner's answers, the last one first."""
        del jobs, seed, tell
        verdicts = {exercise.id: self.grade(exercise) for exercise in reversed(exercises)}
        for verdict in verdicts.values():
            on_verdict(verdict)
        return [verdicts[exercise.id] for exercise in exercises]
