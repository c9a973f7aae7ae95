"""Small exercises, one of each kind, for answers that try something."""

import compileall
import hashlib
import inspect
import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from desks import LIMITS, Desk, make_exercise

from course.grading import Grader, Verdict
from course.lessons import Course, Exercise

TAX = '''\
"""Tax on prices."""


def with_tax(table, rate):
    """Return the table with the price after tax beside the one before."""
    return table.assign(gross=table["net"] * (1 + rate))
'''
BILL = '''\
"""What a customer pays."""

from desk_shop.tax import with_tax


def total(table, rate):
    """Return the sum of all prices after tax."""
    return float(with_tax(table, rate)["gross"].sum())
'''
TEST_TAX = """\
import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table(seed):
    return pd.DataFrame({"net": np.random.default_rng(seed).integers(1, 1000, 20) / 4})


def test_the_price_after_tax_is_told(submission, table):
    taxed = submission.run(lambda code: code.with_tax(table, 0.5))
    pd.testing.assert_series_equal(taxed["gross"], table["net"] * 1.5, check_names=False)
    np.testing.assert_allclose(taxed["net"], table["net"])


def test_the_bill_has_the_tax_in_it(submission, table):
    def total(code):
        from desk_shop.bill import total
        return total(table, 0.5)
    assert submission.run(total) == pytest.approx(1.5 * table["net"].sum())
"""
ROUNDING = '''\
"""Prices in whole cents."""


def to_cents(price):
    """Return a price as a whole number of cents."""
    return round(100 * price)


WAYS = {"cents": to_cents}


def show(price):
    """Return a price as a customer reads it."""
    cents = WAYS["cents"](price)
    return f"{cents // 100}.{cents % 100:02}"
'''
TEST_ROUNDING = """\
import random

import pytest


@pytest.fixture
def prices(seed):
    return [round(random.Random(seed + n).uniform(10, 1000), 2) for n in range(20)]


def test_prices_are_told_in_cents(submission, prices):
    cents = submission.run(lambda code: [code.to_cents(price) for price in prices])
    assert cents == [round(100 * price) for price in prices]


def test_prices_are_shown_with_two_digits(submission, prices):
    def shown(code):
        from desk_shop.rounding import show
        return [show(price) for price in prices]
    assert submission.run(shown) == [f"{price:.2f}" for price in prices]
"""
SUMMARY = """\
def summary(numbers):
    return {"total": sum(numbers), "mean": sum(numbers) / len(numbers), "sorted": sorted(numbers)}
"""
TEST_SUMMARY = """\
import random

import pytest

WHAT = "total", "mean", "sorted"


@pytest.fixture
def numbers(seed):
    return [random.Random(seed + n).randrange(1000) for n in range(7)]


def expected(numbers):
    mean = pytest.approx(sum(numbers) / len(numbers))
    return {"total": sum(numbers), "mean": mean, "sorted": sorted(numbers)}


def test_numbers_are_summed_up(submission, numbers):
    def summed_up(code):
        found = code.summary(numbers)
        return [found[what] for what in WHAT]
    for what, value in zip(WHAT, submission.run(summed_up), strict=True):
        assert value == expected(numbers)[what]
"""
COUNT = "import sys\nprint(sum(map(int, sys.stdin)))\n"
TEST_COUNT = """\
import random


def test_numbers_are_added(submission, seed):
    numbers = [random.Random(seed + n).randrange(1000) for n in range(7)]
    done = submission.shell("python count.py", stdin="".join(f"{n}\\n" for n in numbers))
    assert (done.status, done.stdout) == (0, f"{sum(numbers)}\\n")
"""
APP = """\
def create_app():
    def app(environ, start_response):
        number = int(environ["PATH_INFO"].lstrip("/"))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(2 * number).encode()]
    return app
"""
TEST_APP = """\
from urllib.request import urlopen


def test_numbers_are_doubled(submission, seed):
    with submission.serve(lambda code: code.create_app()) as server:
        for number in (seed + 3, seed + 40):
            with urlopen(f"{server.url}/{number}") as response:
                assert response.status == 200
                assert response.read().decode() == str(2 * number)
"""
CLIP = '''\
"""Keeps numbers within limits."""


def clip(value, lower, upper):
    """Return `value`, or the limit that it goes beyond."""
    return max(lower, min(upper, value))
'''
TEST_CLIP = """\
RIGHT = "max(lower, min(upper, value))"
DECOYS = [
    (RIGHT, "sorted([lower, value, upper])[1]"),
    (RIGHT, "lower if value < lower else upper if value > upper else value"),
]
BROKEN = {"forgets the lower limit": (RIGHT, "min(upper, value)")}


def test_each_broken_one_is_caught(submission):
    trial = submission.tests_against("desk_shop.clipping", BROKEN, decoys=DECOYS)
    trial.assert_all_caught(dict.fromkeys(BROKEN, "try it below the lower limit"))
"""
CLIPPED = """\
from desk_shop.clipping import clip


def test_clip():
    assert [clip(value, 0, 10) for value in (-1, 5, 11)] == [0, 5, 10]
"""
DOUBLED = "def double(x):\n    return 2 * x\n"


@dataclass(frozen=True)
class Target:
    """An exercise: its right answer, its tests, its fields, and what of a package it needs."""

    right: str
    tests: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    package: Mapping[str, str] = field(default_factory=dict)


ROOMY = replace(LIMITS, memory=2 * 2**30)  # a kernel maps much, and uses little of it
# where answers leave marks
MARKS = [Path(folder, "mark") for folder in ("/dev/shm", "/tmp", "/var/tmp")]
NOTEBOOK: dict[str, Any] = {
    "file": "double.ipynb",
    "cells": ["answer"],
    "todo": "Define double.",
    "stub": None,
}
TARGETS = {
    "module": Target(
        TAX,
        TEST_TAX,
        {"file": "tax.py", "fills": "desk_shop.tax"},
        {"tax.py": TAX, "bill.py": BILL},
    ),
    "function": Target(
        "def to_cents(price):\n    return round(100 * price)\n",
        TEST_ROUNDING,
        {"file": "to_cents.py", "fills": "desk_shop.rounding:to_cents"},
        {"rounding.py": ROUNDING},
    ),
    "alone": Target(SUMMARY, TEST_SUMMARY, {"file": "summary.py"}),
    "shell": Target(COUNT, TEST_COUNT, {"file": "count.py"}),
    "serve": Target(APP, TEST_APP, {"file": "app.py"}),
    "notebook": Target(DOUBLED, "", NOTEBOOK),
    "tests": Target(
        CLIPPED, TEST_CLIP, {"file": "test_clip.py", "kind": "tests"}, {"clipping.py": CLIP}
    ),
}


def code_cell(cell_id: str, source: str, *outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    """Return a code cell as a notebook file has it, run once."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "source": source,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": list(outputs),
        "execution_count": 1,
    }


def shown(text: str) -> Any:
    """Return the output of a cell whose last line has a value."""
    kept = {"data": {"text/plain": text}, "metadata": {}, "execution_count": 1}
    return {"output_type": "execute_result", **kept}


def notebook(answer: str = DOUBLED, **metadata: Any) -> dict[str, Any]:
    """Return the notebook of the notebook exercise, with `answer` in its cell."""
    cells = [
        {"cell_type": "markdown", "id": "text", "source": "# Double\n", "metadata": {}},
        code_cell("start", "seed = 4\nstart = [seed, seed + 6.5]", tags=("parameters",)),
        code_cell("answer", answer),
        code_cell("use", "[double(number) for number in start]", shown("[8, 21.0]")),
        code_cell("told", "double(start[0])", shown("8")),
        code_cell("held", "assert double(start[0]) > start[0]"),
        code_cell("secret", "double(10 * seed)", shown("80"), tags=("hidden",)),
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def lay_out(desk: Desk, kind: str, answer: str | bytes, **fields: Any) -> Exercise:
    """Write an exercise of a kind with all that lies around it, and an answer; see `grade`."""
    target = TARGETS[kind]
    name = target.fields["file"]
    solution = json.dumps(notebook()) if kind == "notebook" else target.right
    tests = fields.pop("tests", target.tests)
    exercise = make_exercise(desk.root, **{**target.fields, **fields})
    known = ("solutions/01_start", "exercises/01_start/answers/01.1", ".course/backups")
    package = {"__init__.py": '"""A shop."""\n', **target.package}
    desk.write({f"{folder}/{name}": solution for folder in known})
    desk.write({f"src/desk_shop/{name}": text for name, text in package.items()})
    desk.write({"exercises/01_start/lesson.toml": f"by = {json.dumps(solution)}\n"})
    if tests:
        desk.write({str(exercise.tests.relative_to(desk.root)): tests})
    compileall.compile_dir(desk.root / "src", quiet=1)
    # what git keeps, without git
    kept = f"blob {len(solution)}\0{solution}".encode()
    hashed = hashlib.sha1(kept).hexdigest()
    path = desk.root / ".git/objects" / hashed[:2] / hashed[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress(kept))
    if isinstance(answer, str):
        answer = answer.replace("@ROOT@", str(desk.root))
        if kind == "notebook" and not answer.startswith("{"):
            answer = json.dumps(notebook(answer))
        answer = answer.encode("utf-8")
    exercise.answer.write_bytes(answer)
    return exercise


def grade(
    desk: Desk, kind: str, answer: str | bytes, seed: int | None = None, **fields: Any
) -> Verdict:
    """Return the verdict on an answer to the exercise of a kind; all else stays as it was.

    Parameters
    ----------
    answer : str or bytes
        In a text, `@ROOT@` is the folder of the course. Of a notebook, what is not the file is
        the source of the answer cell.
    fields : object
        Of the exercise, in place of the usual ones; `tests` is the text of the tests.
    """
    exercise = lay_out(desk, kind, answer, **fields)
    before = _state(desk)
    verdict = desk.grader.grade(exercise, seed=seed)
    assert _state(desk) == before, "files of the course have changed"
    return verdict


def isolates(grader: Grader) -> bool:
    """Say whether answers have namespaces of their own; without, some marks cannot be prevented."""
    return getattr(grader, "isolation", "not yet") == ""


def _state(desk: Desk) -> dict[Path, Any]:
    """Return what each file is like that an answer might change."""
    state = {}
    for path in sorted(desk.root.rglob("*")):
        if path.is_file():
            about = path.stat()
            modes = about.st_mode, about.st_mtime_ns, getattr(os, "listxattr", len)(path)
            state[path] = path.read_bytes(), modes if isolates(desk.grader) else None
    return state


class Graders:
    """Graders that stay warm, one for each way, made when they are asked for first."""

    def __init__(self, root: Path, stack: ExitStack):
        lessons = (make_exercise(root, **NOTEBOOK).lesson,)
        self.course = Course(root, "Test", lessons, preload=("numpy", "pandas", "pyarrow"))
        self.stack = stack
        self.made: dict[str, Grader] = {}

    def get(self, way: str) -> Grader:
        """Return the grader of a way; skip the test where it is not to be had."""
        if way not in self.made:
            more: dict[str, Any] = {"strict": True} if way == "strict" else {}
            if more.keys() - inspect.signature(Grader.__init__).parameters.keys():
                pytest.skip("Grader has no parameter `strict` yet")
            try:
                self.made[way] = self.stack.enter_context(Grader(self.course, ROOMY, **more))
            except RuntimeError as error:
                pytest.skip(f"this machine cannot isolate: {error}")
        return self.made[way]


@contextmanager
def nothing_is_left(grader: Grader, folder: Path) -> Iterator[None]:
    """See that what runs within leaves no process and no file behind.

    Parameters
    ----------
    folder : Path
        Where temporary folders are made, of which none is there before.
    """
    others = {process.pid for process in psutil.Process().children()}
    yield
    # pylint: disable-next=protected-access  # which processes are warm is nobody else's business
    warm = others | {zygote.process.pid for zygote in grader._zygotes.values()}
    deadline = time.monotonic() + 10
    while left := [process for process in _alive() if process.pid not in warm]:
        assert time.monotonic() < deadline, f"still running: {left}"
    assert not list(folder.iterdir())
    marks = [path for path in MARKS if path.exists()]
    for path in marks:
        path.unlink()
    assert not marks or not isolates(grader)


def _alive() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
