"""The course remembers passes and hints, and trusts no pass of an answer that was edited."""

import json
import os

import pytest

from sample_course import rewrite, solve

from course.learner.progress import Progress, write_atomically
from course.lessons.stubs import fingerprint


@pytest.fixture
def progress(sample):
    return Progress(sample)


def test_an_untouched_exercise_is_to_do(progress, years):
    assert progress.status(years) == "todo"
    assert not progress.path.exists()


def test_an_edited_exercise_is_started(progress, years):
    years.answer.write_text("x = 1\n")

    assert progress.status(years) == "started"


def test_a_pass_is_remembered_until_the_answer_is_edited(progress, years, sample):
    years.answer.write_text("x = 1\n")
    progress.passed(years, fingerprint(years, years.answer))
    assert Progress(sample).status(years) == "passed"

    years.answer.write_text("x = 2\n")
    assert progress.status(years) == "started"
    assert progress.has_passed_once(years)


def test_a_deleted_answer_is_started(progress, years):
    years.answer.unlink()

    assert progress.status(years) == "started"


def test_hints_are_counted_up_to_the_last(progress, years, sample):
    assert progress.hints_seen(years) == 0
    assert [Progress(sample).next_hint(years) for _ in range(5)] == [1, 2, 3, 3, 3]
    assert not progress.has_passed_once(years)


@pytest.mark.parametrize(
    "content", ["", "no JSON", "[]", '{"01.1": 3}', '{"01.1": {"hints": "x", "passed": 3}}']
)
def test_a_spoilt_memory_is_a_lost_memory(progress, years, content):
    write_atomically(progress.path, content)

    assert progress.hints_seen(years) == 0
    assert progress.status(years) == "todo"
    assert progress.next_hint(years) == 1
    assert json.loads(progress.path.read_text())["01.1"]["hints"] == 1


def test_writing_keeps_the_mode_of_a_file_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "deep" / "file.sh"
    write_atomically(path, "a\r\n")
    path.chmod(0o755)
    write_atomically(path, "b\r\n")

    assert path.read_bytes() == b"b\r\n"
    assert path.stat().st_mode & 0o777 == 0o755
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("changed", ["tests", "conftest", "hole"])
def test_a_pass_is_stale_when_its_tests_or_its_hole_have_changed(progress, years, sample, changed):
    solve(years)
    progress.passed(years, fingerprint(years, years.answer))
    files = {
        "tests": years.tests,
        "conftest": years.tests.with_name("conftest.py"),
        "hole": years.hole,
    }
    with files[changed].open("a", encoding="utf-8") as file:
        file.write("\n# newer\n")
    assert Progress(sample).status(years) == "stale"
    assert progress.has_passed_once(years)

    progress.passed(years, fingerprint(years, years.answer))
    assert progress.status(years) == "passed"


def test_a_stale_pass_is_shown_as_such(progress, years, run):
    solve(years)
    progress.passed(years, fingerprint(years, years.answer))
    years.tests.write_text("# newer\n")

    assert "since tests or holes changed: 01.1\n" in run()[1]
    assert "passed, but its tests or its hole have changed since" in run("show", "01.1")[1]


def test_an_answer_that_was_changed_after_it_passed_is_named(progress, years, run):
    solve(years)
    progress.passed(years, fingerprint(years, years.answer))
    assert "Changed since" not in run()[1]

    rewrite(years.answer, "until - since", "since - until")
    assert "Changed since they passed, so to be graded again: 01.1\n\nNext: 01.1" in run()[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="not verified: needs named pipes")
def test_a_pipe_in_place_of_an_answer_is_started_and_not_waited_for(progress, years):
    years.answer.unlink()
    os.mkfifo(years.answer)

    assert progress.status(years) == "started"
