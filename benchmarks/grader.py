"""Speed of the grader: a verdict on each kind of exercise, and beside pytest and nbval.

Works on a copy of the course whose answers are the solutions, so that every test really runs.
Prints a section of RESULTS.md.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import start_new_kernel

from course.grading import Grader
from course.lessons import Course, Exercise, load_course

from common import BIN, ROOT, table

KINDS = {
    "03.6": "a file",
    "03.2": "a hole, of which ONNX is made as well",
    "01.5": "a hole, in processes of its own",
    "01.3": "a notebook",
    "03.5": "a notebook that searches",
    "01.6": "tests of a training",
    "03.4": "tests of parity",
}
IMPORTS = "import pandas, sklearn.compose, sklearn.linear_model, sklearn.model_selection"
ROUNDS, IN_A_ROW = 5, 500
FIVE = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(5))
PLAIN = "import five\n" + "".join(
    f"def test_{n}():\n    assert five.f{n}(1) == {n + 1}\n" for n in range(5)
)
GRADED = "".join(
    f"def test_{n}(submission):\n    assert submission.run(lambda code: code.f{n}(1)) == {n + 1}\n"
    for n in range(5)
)
COMMON = 'hints = ["a", "b", "c"]\npassed = "p"\ntime_limit_s = 2\ntitle = "Five"\n'
LESSON = f"""title = "Five"
part = [{{notebook = "1_five.ipynb", title = "Five", exercises = ["01.1", "01.2"]}}]
objective = []

[[exercise]]
id = "01.1"
file = "five.py"
stub = "s"
{COMMON}
[[exercise]]
id = "01.2"
file = "asked.ipynb"
cells = ["answer"]
todo = "t"
{COMMON}"""
ANSWERS = {
    "right": FIVE,
    "wrong": FIVE.replace("x + 3", "x"),
    "a loop": FIVE.replace("return x + 3", "while True: pass"),
    "an end": FIVE.replace("return x + 3", "__import__('os')._exit(0)"),
    "a daemon": FIVE.replace("return x + 3", "__import__('subprocess').Popen(['sleep', '99'])"),
    "a mark": FIVE.replace("return x + 3", "open('/dev/shm/mark', 'w'); open('mark', 'w')"),
}


def answered_course(directory: Path) -> Course:
    """Copy the course and answer every exercise with its solution."""
    for name in ("pyproject.toml", "exercises", "solutions", "packages", "notebooks"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, directory / name)
    for exercise in load_course(directory).find():
        shutil.copy(exercise.solution, exercise.answer)
    return load_course(directory)


def five_questions(directory: Path) -> Course:
    """Write a course of one exercise with five questions, as a file and as a notebook."""
    code = {"cell_type": "code", "metadata": {}, "execution_count": 1}
    result = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
    cells = [{**code, "id": "answer", "source": FIVE, "outputs": []}]
    for n in range(5):
        output = {**result, "data": {"text/plain": str(n + 1)}}
        cells.append({**code, "id": f"q{n}", "source": f"f{n}(1)", "outputs": [output]})
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    files = {"plain/five.py": FIVE, "plain/test_five.py": PLAIN, "plain/asked.ipynb": notebook}
    files |= {
        "pyproject.toml": '[tool.course]\nname = "Five"\n',
        "solutions/01_five/asked.ipynb": notebook,
        "exercises/01_five/asked.ipynb": notebook,
        "exercises/01_five/five.py": FIVE,
        "exercises/01_five/tests/test_five.py": GRADED,
        "exercises/01_five/lesson.toml": LESSON,
    }
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return load_course(directory)


def seconds(command: list[str | Path], cwd: Path) -> tuple[float, float]:
    """Run a command; return its wall time and the processor time of it and its children."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(
        command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wall, after = time.perf_counter() - start, os.times()
    return wall, sum(after[2:4]) - sum(before[2:4])  # of children, in user and in system mode


@contextmanager
def warm(course: Course, strict: bool) -> Iterator[Callable[[Exercise], tuple[float, float]]]:
    """Keep a grader warm; yield what grades once, and returns wall and processor seconds."""
    with Grader(course, exercises=course.exercises, strict=strict) as grader:

        def once(exercise: Exercise) -> tuple[float, float]:
            before, start = _spent(), time.perf_counter()
            verdict = grader.grade(exercise)
            wall = time.perf_counter() - start
            assert verdict.verdict == "passed", verdict.message
            return wall, _spent() - before

        yield once


def _spent() -> float:
    """Return the processor seconds of the warm processes and of all that they have buried."""
    zygotes = psutil.Process().children()
    while any(zygote.children() for zygote in zygotes):
        time.sleep(0.01)
    return sum(sum(zygote.cpu_times()[:4]) for zygote in zygotes)


def middle(pairs: list[tuple[float, float]]) -> list[str]:
    """Return the medians of pairs, as text."""
    return [f"{statistics.median(column):.2f}" for column in zip(*pairs)]


def kinds(course: Course) -> list[list[str]]:
    """Return a row for each kind of exercise."""
    rows = []
    with warm(course, False) as usual, warm(course, True) as strict:
        for key, what in KINDS.items():
            (exercise,) = course.find(key)
            cold = [BIN / "course", "test", key]
            ways: Mapping[str, Callable[[], tuple[float, float]]] = {
                "warm": partial(usual, exercise),
                "strict": partial(strict, exercise),
                "cold": partial(seconds, cold, course.root),
            }
            taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
            for _ in range(ROUNDS + 1):
                for way, take in ways.items():
                    taken[way].append(take())
            rows.append([f"{key} {what}", *sum((middle(taken[way][1:]) for way in ways), [])])
    return rows


def beside(course: Course) -> list[list[str]]:
    """Return rows for five questions, asked by the grader, by pytest and by nbval."""
    pytest: list[str | Path] = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    commands: dict[str, list[str | Path]] = {
        "plain pytest, a file": [*pytest, "plain/test_five.py"],
        "`course test`, a file": [BIN / "course", "test", "01.1"],
        "`course test --strict`, a file": [BIN / "course", "test", "--strict", "01.1"],
        "plain nbval, a notebook": [*pytest, "--nbval", "plain/asked.ipynb"],
        "`course test`, a notebook": [BIN / "course", "test", "01.2"],
        "`course test --strict`, a notebook": [BIN / "course", "test", "--strict", "01.2"],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(seconds(command, course.root))
    return [[name, *middle(pairs)] for name, pairs in taken.items()]


def in_a_row(course: Course) -> str:
    """Give verdicts on right, wrong and hostile answers in turn; say what is left, and grown."""
    (exercise,) = course.find("01.1")
    scratch = course.root / "scratch"
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    places = [Path("/dev/shm"), scratch]

    def left() -> tuple[set[Path], int]:
        _spent()  # when the last process has gone
        files = {path for place in places for path in place.iterdir()}
        return files, sum(warm.memory_info().rss for warm in psutil.Process().children())

    with Grader(course) as grader:
        before = left()
        for number in range(IN_A_ROW):
            name = list(ANSWERS)[number % len(ANSWERS)]
            exercise.answer.write_text(ANSWERS[name], encoding="utf-8")
            verdict = grader.grade(exercise)
            assert (verdict.verdict == "passed") is (name == "right"), (name, verdict)
            if number == len(ANSWERS):
                before = left()
        files, memory = left()
    return (
        f"{IN_A_ROW} verdicts in a row, five of six on wrong or hostile answers: no process and "
        f"{len(files - before[0])} files are left; the warm processes grew by "
        f"{memory / before[1] - 1:.1%}."
    )


def in_a_notebook(course: Course) -> str:
    """Say what `%check` takes beyond the verdict, from asking a kernel to its answer."""
    (exercise,) = course.find("01.1")
    manager, client = start_new_kernel(cwd=str(exercise.part.notebook.parent))
    beyond = []

    def run(cell: str) -> str:
        shown: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            content = message["content"]
            if text := content.get("data", {}).get("text/plain"):
                shown.append(text)

        client.execute_interactive(cell, output_hook=listen, timeout=60)
        return shown[-1] if shown else ""

    try:
        run("%load_ext course\n%check 01.1")
        for _ in range(ROUNDS):
            start = time.perf_counter()
            card = run("%check 01.1")
            took = time.perf_counter() - start
            verdict = re.search(r"passed .* ([0-9.]+) s\)", card)
            assert verdict, card
            beyond.append(took - float(verdict[1]))
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        manager.cleanup_resources()
    return (
        f"`%check` in a warm notebook takes {statistics.median(beyond):.2f} s beyond the verdict, "
        f"{max(beyond):.2f} s at most ({ROUNDS} times; the verdict is told to a tenth of a second)."
    )


def main() -> None:
    """Print the section."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "course").mkdir()
        course = answered_course(Path(scratch, "course"))
        five = five_questions(Path(scratch, "five"))
        load = [sys.executable, "-c", IMPORTS]
        imports = middle([seconds(load, course.root) for _ in range(ROUNDS)])
        head = [
            f"{way}, {what}" for way in ("warm", "strict", "cold") for what in ("wall", "processor")
        ]
        print("## Grader\n\nSeconds, medians of", ROUNDS, "interleaved rounds.\n")
        print(table(["exercise", *head], kinds(course)))
        print(f"\nOf a cold one, {imports[0]} are importing scikit-learn and pandas.\n")
        print(table(["five questions", "wall", "processor"], beside(five)))
        print(in_a_row(five))
        print(f"\n{in_a_notebook(course)}")


if __name__ == "__main__":
    main()
