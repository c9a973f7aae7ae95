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
    done = run(desk, "test_double.py", *options, SANDBOX_NO_FORK=no_fork)

    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_an_answer_that_raises_is_told_with_its_line(desk):
    desk.write({"exercises/01_start/double.py": "def double(number):\n    return 1 / 0\n"})

    done = run(desk, "test_double.py", *ALONE)

    assert done.returncode == 1
    assert "double.py:2: return 1 / 0" in done.stdout


CHAIN = """
import pytest

@pytest.mark.parametrize("number", [0, 3])
def test_a(submission, number):
    assert submission.run(lambda code: code.double(number)) == 2 * number, "Not doubled."

@pytest.mark.depends_on("test_a")
def test_b(submission):
    assert submission.run(lambda code: code.double(4)) == 8, "Four is not doubled."

@pytest.mark.depends_on("test_b")
def test_c(submission):
    assert submission.run(lambda code: code.double(5)) == 10, "Five is not doubled."
"""
WRONG = "def double(number):\n    return 0\n"


def test_what_depends_on_a_test_that_fails_is_skipped_with_the_reason(desk):
    desk.write({"exercises/01_start/tests/test_double.py": CHAIN})
    desk.write({"exercises/01_start/double.py": WRONG})

    done = run(desk, "test_double.py", *ALONE, "-rs", "--strict-markers")

    assert "1 failed, 1 passed, 2 skipped" in done.stdout
    assert "SKIPPED [2]" in done.stdout and ": test_a has failed" in done.stdout


def test_what_a_test_depends_on_need_not_be_run(desk):
    desk.write({"exercises/01_start/tests/test_double.py": CHAIN})

    for options in (["-k", "test_b"], []):
        name = "test_double.py" if options else "test_double.py::test_b"
        assert "1 passed" in run(desk, name, *ALONE, *options).stdout


@pytest.mark.parametrize("name", ["test_z", "test_c", "test_b", "CHAIN", "pytest"])
def test_to_depend_on_what_is_no_earlier_test_is_an_error_of_the_author(desk, name):
    chain = CHAIN.replace('on("test_a")', f'on("test_a", "{name}")')
    desk.write({"exercises/01_start/tests/test_double.py": f"CHAIN = 1\n{chain}"})

    done = run(desk, "test_double.py", *ALONE)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"test_b depends on {name}, which is no earlier test of its file" in done.stderr


def test_a_verdict_tells_the_first_failure_and_not_what_follows_from_it(desk):
    verdict = desk.grade(WRONG, CHAIN)

    assert (verdict.verdict, verdict.failed_tests) == ("failed", ("test_a",))
    assert "Not doubled." in verdict.message and "Four" not in verdict.message
    assert desk.grade("def double(number):\n    return 2 * number\n", CHAIN).verdict == "passed"


def test_what_depends_on_a_test_that_was_skipped_is_not_verified_for_its_reason(desk):
    chain = CHAIN.replace("    assert submission", "    pytest.skip('needs node')\n#", 1)

    verdict = desk.grade(WRONG, chain)

    assert (verdict.verdict, verdict.message) == ("not verified", "Not verified: needs node")


def test_an_unknown_name_is_told_as_a_fault_of_the_tests(desk):
    message = desk.grade(WRONG, CHAIN.replace('on("test_a")', 'on("test_z")')).message

    assert message.startswith("The tests of this exercise are at fault, not you: ")
    assert "test_b depends on test_z" in message


def test_tests_of_no_exercise_are_told_so(desk):
    done = run(desk, "test_other.py", *ALONE)

    assert done.returncode == 1
    assert "no exercise of the course has the tests" in done.stdout
