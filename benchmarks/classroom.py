"""Speed of `course class`: the processor time of a class beside the same verdicts one by one.

Every answer is the solution with a comment of its own, so each one is graded: a class of people
who all differ, the worst case. Prints a section of RESULTS.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil

from course.grading import Grader
from course.lessons import Exercise, load_course

from common import BIN, ROOT, table

EVERY = slice(1, 50, 5)  # each fifth exercise: ten, in the mix of kinds that the course has
ONE_FILE = ["01.1", "01.4", "02.3", "02.6", "03.1", "03.6", "06.3", "07.2", "08.1", "08.3"]
SAMPLE_S = 0.5
SEED = 5


def hand_in(folder: Path, name: str, exercises: Sequence[Exercise]) -> None:
    """Write the folder of a learner: solutions, each with a line that nobody else has."""
    for exercise in exercises:
        text = exercise.solution.read_text(encoding="utf-8")
        if exercise.kind == "notebook":
            notebook = json.loads(text)
            for cell in notebook["cells"]:
                if cell.get("id") in exercise.blanks:
                    cell["source"] = [f"# {name}\n", *cell["source"]]
            text = json.dumps(notebook)
        else:
            text += f"# {name}\n"
        path = folder / name / exercise.answer.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(command: Sequence[str | Path], cores: int) -> tuple[float, float, float]:
    """Run a command on so many cores; return wall and processor seconds, and peak MB.

    Memory is the proportional share (PSS) of the command and all its descendants.
    """
    start, before = time.perf_counter(), os.times()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        psutil.Process(process.pid).cpu_affinity(list(range(cores)))
        peaks = [0.0]
        sampler = threading.Thread(target=_sample, args=(process, peaks))
        sampler.start()
        said = process.communicate()[1]
        sampler.join()
    assert process.returncode == 0, said.decode()
    wall, after = time.perf_counter() - start, os.times()
    return wall, sum(after[2:4]) - sum(before[2:4]), max(peaks)


def _sample(process: subprocess.Popen[bytes], peaks: list[float]) -> None:
    while process.poll() is None:
        total = 0
        try:
            first = psutil.Process(process.pid)
            family = [first, *first.children(recursive=True)]
        except psutil.Error:
            return
        for member in family:
            try:
                total += member.memory_full_info().pss
            except psutil.Error:
                pass
        peaks.append(total / 2**20)
        time.sleep(SAMPLE_S)


def one_by_one(folder: Path, ids: Sequence[str]) -> None:
    """Grade all answers in one warm grader, one after the other."""
    course = load_course(ROOT)
    exercises = [exercise for exercise in course.exercises if exercise.id in ids]
    with Grader(course, exercises=exercises, strict=True) as grader:
        for learner in sorted(folder.iterdir()):
            for exercise in exercises:
                answer = learner / exercise.answer.relative_to(ROOT)
                verdict = grader.grade(exercise, answer, seed=SEED)
                assert verdict.verdict in ("passed", "not verified"), verdict


def measure(ids: Sequence[str], learners: int, scratch: Path) -> list[list[str]]:
    """Return rows: one by one, and as a class on one core and on two."""
    exercises = [exercise for exercise in load_course(ROOT).exercises if exercise.id in ids]
    handed_in = scratch / "class"
    for number in range(learners):
        hand_in(handed_in, f"learner_{number:03}", exercises)
    alone = [sys.executable, __file__, "--one-by-one", handed_in, "--ids", ",".join(ids)]
    rows = [["one by one", "1", *run(alone, 1)]]
    for cores in (1, 2):
        out = scratch / f"out_{cores}"
        options = ["--out", out, "--exercises", ",".join(ids), "--seed", str(SEED)]
        command = [BIN / "course", "class", handed_in, *options, "--jobs", str(cores + 1)]
        rows.append(["`course class`", str(cores), *run(command, cores)])
        report = json.loads((out / "class.json").read_text(encoding="utf-8"))
        words = {word for item in report["exercises"] for word in item["verdicts"]}
        assert words <= {"passed", "not verified"}, words
    return [
        [what, cores, f"{wall:.0f}", f"{spent:.0f}", f"{spent / rows[0][3]:.2f}", f"{peak:.0f}"]
        for what, cores, wall, spent, peak in rows
    ]


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=200, help="submissions of ten exercises")
    parser.add_argument("--one-by-one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ids", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_by_one:
        one_by_one(options.one_by_one, options.ids.split(","))
        return
    mix = load_course(ROOT).exercises[EVERY]
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(it.kind for it in mix).items())
    head = ["", "cores", "wall s", "processor s", "of one by one", "MB at most (PSS)"]
    print(f"## Class\n\n{options.learners} submissions of ten exercises, all answers different.")
    for title, ids in (
        (f"The course's mix: {kinds}", [it.id for it in mix]),
        ("One-file exercises", ONE_FILE),
    ):
        with tempfile.TemporaryDirectory() as scratch:
            print(f"\n{title} ({', '.join(ids)}).\n")
            print(table(head, measure(ids, options.learners, Path(scratch))), flush=True)


if __name__ == "__main__":
    main()
