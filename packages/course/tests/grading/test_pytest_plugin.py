"""The tests of an exercise run with plain pytest, too."""

import os
import subprocess
import sys

import pytest

from desks import DOUBLE_TESTS

pytestmark = pytest.mark.slow
PYPROJECT = '[tool.course]\nname = "Test"\n'
LESSON = """
title = "Start"
objective = []

[[part]]
notebook = "1_start.ipynb"
title = "Start"
exercises = ["01.1"]

[[exercise]]
id = "01.1"
title = "Double"
file = "double.py"
hints = ["a", "b", "c"]
passed = "Twice is twice."
stub = "TODO"
"""


ALONE = ("--disable-plugin-autoload", "-p", "course.pytest_plugin")  # the others take long


def run(desk, name, *options, **environment):
    """Run one test file of the desk's course with plain pytest."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, f"exercises/01_start/tests/{name}"],
        cwd=desk.root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def course(desk):
    """A course with one exercise."""
    desk.write(
        {
            "pyproject.toml": PYPROJECT,
            "exercises/01_start/lesson.toml": LESSON,
            "exercises/01_start/tests/test_double.py": DOUBLE_TESTS,
            "exercises/01_start/tests/test_other.py": DOUBLE_TESTS,
            "exercises/01_start/double.py": "def double(number):\n    return 2 * number\n",
        }
    )


@pytest.mark.parametrize(("no_fork", "options"), [("0", ()), ("1", ALONE)])
def test_a_right_answer_passes(desk, no_fork, options):
    done = run(desk, "test_double.py", *options, COURSE_NO_FORK=no_fork)

    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_an_answer_that_raises_is_told_with_its_line(desk):
    desk.write({"exercises/01_start/double.py": "def double(number):\n    return 1 / 0\n"})

    done = run(desk, "test_double.py", *ALONE)

    assert done.returncode == 1
    assert "double.py:2: return 1 / 0" in done.stdout


def test_tests_of_no_exercise_are_told_so(desk):
    done = run(desk, "test_other.py", *ALONE)

    assert done.returncode == 1
    assert "no exercise of the course has the tests" in done.stdout
