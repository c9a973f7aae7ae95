"""`make test`: the learner's answers first, then the packages' suites if these changed."""

import os

import pytest


@pytest.fixture
def graded(machine):
    """A machine that is set up, and whose grader and pytest exit as the environment says."""
    assert machine.setup().returncode == 0
    for name, text in (
        ("course", 'echo "graded: $*"; exit ${GRADE:-0}'),
        ("pytest", 'echo "suite: $*"; exit ${SUITE:-0}'),
    ):
        command = machine.course / ".venv/bin" / name
        command.write_text(f"#!/bin/bash\n{text}\n", "utf-8")
        command.chmod(0o755)
    return machine


def test_answers_are_graded_before_the_suites_run(graded):
    ended = graded.make("test")

    lines = [line for line in ended.stdout.splitlines() if line.startswith(("graded", "suite"))]
    assert ended.returncode == 0, ended.stderr
    assert lines[0] == "graded: test"
    # one session for all packages
    assert len(lines) == 2 and lines[1].endswith(" packages") and "-m not slow" in lines[1]


def test_suites_that_passed_are_run_again_only_when_something_of_theirs_changed(graded):
    graded.make("test")
    again = graded.make("test")

    assert "graded: test" in again.stdout and "suite:" not in again.stdout
    assert "have not changed" in again.stdout

    for changed in ("pyproject.toml", "packages/course/pyproject.toml", "packages/course"):
        os.utime(graded.course / changed, (2e9, 2e9))
        assert "suite:" in graded.make("test").stdout, changed
        os.utime(graded.course / changed, (1e9, 1e9))
        assert "suite:" not in graded.make("test").stdout


def test_suites_run_though_an_answer_is_wrong(graded):
    ended = graded.make("test", GRADE="1")

    assert ended.returncode != 0 and "suite:" in ended.stdout
    assert graded.make("test", GRADE="1").returncode != 0
    assert graded.make("test").returncode == 0


def test_a_suite_that_failed_fails_and_is_run_again(graded):
    ended = graded.make("test", SUITE="1")

    assert ended.returncode != 0
    assert "suite:" in graded.make("test").stdout


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_left_out_is_told_with_how_to_run_it(graded, times):
    for _ in range(times):
        ended = graded.make("test")

    last = " ".join(ended.stdout.splitlines()[-3:])
    assert all(each in last for each in ("slow tests", "make verify", "tox -e", "ml_api")), last
