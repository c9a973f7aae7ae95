"""A desk at which a test writes an exercise and an answer, and has it graded."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.grading import Grader, Verdict
from course.lessons import Exercise, parse_lesson
from sandbox.confinement import Limits

# where coverage is measured, the children have to write what they have seen
MEASURED = (os.getcwd(),) if "COVERAGE_PROCESS_CONFIG" in os.environ else ()
LIMITS = Limits(
    memory=400 * 2**20,
    file_size=8 * 2**20,
    disk=16 * 2**20,
    files=100,
    processes=12,
    output=2**20,
    writable=MEASURED,
)
PASSED = "Twice is twice."
DOUBLE_TESTS = """
def test_three_is_doubled(submission):
    assert submission.run(lambda code: code.double(3)) == 6, "Twice three is six: is it doubled?"
"""


def make_exercise(root: Path, **fields: Any) -> Exercise:
    """Describe an exercise 01.1 below `root`; its lesson is the folder `01_start`.

    A field that is None is left out.
    """
    content = {
        "id": "01.1",
        "title": "Double",
        "file": "double.py",
        "points": 2,
        "time_limit_s": 10,
        "hints": ["a", "b", "c"],
        "passed": PASSED,
        "stub": "def double(number):\n    # TODO\n",
        **fields,
    }
    content = {name: value for name, value in content.items() if value is not None}
    preload = content.pop("preload", [])
    part = {"notebook": "1_start.ipynb", "title": "Start", "exercises": [content["id"]]}
    lesson = {"title": "Start", "part": [part], "objective": [], "exercise": [content]}
    lesson["preload"] = preload
    return parse_lesson(lesson, "01_start", root, (root / "src",)).exercises[0]


@dataclass
class Desk:
    """Writes exercises below `root`, and grades answers to them."""

    root: Path
    grader: Grader

    def write(self, files: Mapping[str, str]) -> None:
        """Write files below the root."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def grade(
        self, answer: str | bytes | None, tests: str = DOUBLE_TESTS, **fields: Any
    ) -> Verdict:
        """Return the verdict on an answer; None for one that is not to be written."""
        exercise = make_exercise(self.root, **fields)
        exercise.tests.parent.mkdir(parents=True, exist_ok=True)
        exercise.tests.write_text(tests, encoding="utf-8")
        if isinstance(answer, str):
            answer = answer.encode()
        if answer is not None:
            exercise.answer.write_bytes(answer)
        return self.grader.grade(exercise)
