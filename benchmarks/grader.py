"""Speed of the grader: warm, cold, the whole course. Prints a section of RESULTS.md.

Works on a copy of the course whose answers are the solutions, so that every test really runs.
"""

import operator
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course.grading import Grader
from course.lessons import Course, load_course

from common import BIN, ROOT, table

EXERCISE = "03.3"
IMPORTS = "import pandas, sklearn.compose, sklearn.linear_model, sklearn.model_selection"


def answered_course(directory: Path) -> Course:
    """Copy the course and answer every exercise with its solution."""
    for name in ("pyproject.toml", "exercises", "solutions", "packages", "notebooks"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, directory / name)
    for exercise in load_course(directory).find():
        shutil.copy(exercise.solution, exercise.answer)
    return load_course(directory)


def seconds(command: list[str | Path], cwd: str) -> tuple[float, float]:
    """Run a command; return its wall time and the processor time of it and its children."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, os.times()
    return wall, sum(after[2:4]) - sum(before[2:4])  # of children, in user and in system mode


def warm_verdict(course: Course) -> float:
    """Grade one exercise again and again in one warm grader; return the median seconds."""
    (exercise,) = course.find(EXERCISE)
    times = []
    with Grader(course) as grader:
        for _ in range(10):
            start = time.perf_counter()
            verdict = grader.grade(exercise)
            times.append(time.perf_counter() - start)
            assert verdict.verdict == "passed", verdict.message
    return statistics.median(times[1:])  # the first warms it up


def main() -> None:
    """Print the section."""
    with tempfile.TemporaryDirectory() as scratch:
        course = answered_course(Path(scratch))
        warm = warm_verdict(course)
        commands = [[sys.executable, "-c", IMPORTS], [BIN / "course", "test", EXERCISE]]
        rounds = [[seconds(command, scratch)[0] for command in commands] for _ in range(5)]
        imports, cold = zip(*rounds)
        wall, cpu = zip(*(seconds([BIN / "course", "test", "--all"], scratch) for _ in range(3)))
    figures = {
        f"warm verdict on {EXERCISE}": warm,
        "importing scikit-learn and pandas": statistics.median(imports),
        f"cold `course test {EXERCISE}`": statistics.median(cold),
        "beyond the imports": statistics.median(map(operator.sub, cold, imports)),
        f"`course test --all`, {len(course.find())} exercises answered": statistics.median(wall),
    }
    print("## Grader\n")
    print(table(["what", "seconds"], [[what, f"{took:.2f}"] for what, took in figures.items()]))
    busy = statistics.median(map(operator.truediv, cpu, wall))
    print(f"`--all` keeps {busy:.1f} of {os.cpu_count()} cores busy.")


if __name__ == "__main__":
    main()
