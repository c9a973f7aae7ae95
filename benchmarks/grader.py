"""Speed of the grader: warm, cold, the whole course. Prints a section of RESULTS.md.

Works on a copy of the course whose answers are the solutions, so that every test really runs.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course.grading import Grader
from course.lessons import load_course

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("course")
EXERCISE = "03.1"
IMPORTS = "import pandas, sklearn.compose, sklearn.linear_model, sklearn.model_selection"


def answered_course(directory):
    """Copy the course and answer every exercise with its solution."""
    for name in ("pyproject.toml", "exercises", "solutions", "packages", "notebooks"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, directory / name)
    for exercise in load_course(directory).find():
        shutil.copy(exercise.solution, exercise.answer)
    return load_course(directory)


def seconds(command, cwd):
    """Run a command; return its wall time and the CPU time of it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def warm_verdicts(course, repeats=9):
    """Grade one exercise again and again in one warm grader."""
    (exercise,) = course.find(EXERCISE)
    times = []
    with Grader(course) as grader:
        grader.grade(exercise)
        for _ in range(repeats):
            start = time.perf_counter()
            verdict = grader.grade(exercise)
            times.append(time.perf_counter() - start)
            assert verdict.verdict == "passed", verdict.message
    return statistics.median(times)


def main():
    """Print the section."""
    with tempfile.TemporaryDirectory() as scratch:
        course = answered_course(Path(scratch))
        warm = warm_verdicts(course)
        commands = [sys.executable, "-c", IMPORTS], [COMMAND, "test", EXERCISE]
        rounds = [[seconds(command, scratch)[0] for command in commands] for _ in range(5)]
        imports, cold = (statistics.median(column) for column in zip(*rounds))
        beyond = statistics.median(cold - imports for imports, cold in rounds)
        wall, cpu = zip(*(seconds([COMMAND, "test", "--all"], scratch) for _ in range(3)))
    count = len(course.find())
    print("## Grader\n")
    print("| what | seconds |")
    print("|---|---|")
    print(f"| warm verdict on {EXERCISE} | {warm:.2f} |")
    print(f"| importing scikit-learn and pandas | {imports:.2f} |")
    print(f"| cold `course test {EXERCISE}` | {cold:.2f} |")
    print(f"| beyond the imports | {beyond:.2f} |")
    print(f"| `course test --all`, {count} exercises answered | {statistics.median(wall):.1f} |")
    print(
        f"\n`--all` keeps {statistics.median(c / w for c, w in zip(cpu, wall)):.1f}"
        f" of {os.cpu_count()} cores busy."
    )


if __name__ == "__main__":
    main()
