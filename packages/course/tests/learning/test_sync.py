"""What is derived is written, and a learner's answer is never overwritten unasked."""

import subprocess

import pytest

from course.authoring.sync import solution_differs, sync
from course.lessons import LessonError, load_course
from course.lessons.stubs import stub_text

NEW_MODULE = '''\
"""Years, again."""


def elapsed(since, until):
    """Return the years from one year to another."""
    return abs(until - since)
'''


def outcomes(course, key=None, force=False):
    results = sync(course, course.find(key), force)
    return {result.path.relative_to(course.root).as_posix(): result.outcome for result in results}


def git(root, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
    )


def test_what_is_in_step_is_left_alone(sample):
    assert set(outcomes(sample).values()) == {"in sync"}


def test_a_changed_module_changes_solution_and_stub(sample, years):
    sync(sample, [years])
    years.hole.write_text(NEW_MODULE)
    assert solution_differs(years)

    assert outcomes(sample, "01.1") == {
        "solutions/01_first/years.py": "written",
        "exercises/01_first/years.py": "written",
        "notebooks/01_first/1_years.ipynb": "in sync",
    }
    assert years.solution.read_bytes() == years.hole.read_bytes()
    assert years.answer.read_text() == stub_text(years)
    assert '"""Years, again."""' in years.answer.read_text()


def test_a_part_says_in_its_head_how_long_it_takes(sample, years):
    part = years.part.notebook
    right = part.read_text()
    part.write_text(right.replace("About 4 minutes", "About NN minutes"))

    assert outcomes(sample, "01.1")["notebooks/01_first/1_years.ipynb"] == "written"
    assert part.read_text() == right


def test_missing_files_are_written(sample, years):
    years.solution.unlink()
    years.answer.unlink()

    assert list(outcomes(sample, "01.1").values()) == ["written", "written", "in sync"]
    assert not solution_differs(years)


def test_an_answer_is_kept_unless_forced(sample, years):
    years.answer.write_text("mine = 1\n")

    assert outcomes(sample)["exercises/01_first/years.py"] == "kept"
    assert years.answer.read_text() == "mine = 1\n"

    assert outcomes(sample, force=True)["exercises/01_first/years.py"] == "written"
    assert years.answer.read_text() == stub_text(years)


def test_an_old_stub_that_sync_did_not_write_is_kept(sample, years):
    years.hole.write_text(NEW_MODULE)

    assert outcomes(sample, "01.1")["exercises/01_first/years.py"] == "kept"


def test_white_space_that_an_editor_changed_is_put_right(sample, years):
    years.answer.write_text(stub_text(years) + "\n\n")

    assert outcomes(sample, "01.1")["exercises/01_first/years.py"] == "written"
    assert years.answer.read_text() == stub_text(years)


def test_the_stub_of_the_last_commit_is_known_in_a_fresh_clone(sample, years):
    git(sample.root, "init", "-q")
    git(sample.root, "add", ".")
    git(sample.root, "commit", "-qm", "Begin")
    years.hole.write_text(NEW_MODULE)

    assert outcomes(sample, "01.1")["exercises/01_first/years.py"] == "written"


def test_a_committed_answer_is_no_stub(sample, years):
    years.answer.write_text("mine = 1\n")
    git(sample.root, "init", "-q")
    git(sample.root, "add", ".")
    git(sample.root, "commit", "-qm", "Begin")

    assert outcomes(sample, "01.1")["exercises/01_first/years.py"] == "kept"


def test_a_commit_that_cannot_be_read_proves_nothing(sample, years):
    path = years.lesson.path / "lesson.toml"
    good = path.read_text()
    path.write_text("no TOML")
    git(sample.root, "init", "-q")
    git(sample.root, "add", ".")
    git(sample.root, "commit", "-qm", "Begin")
    path.write_text(good)
    years.hole.write_text(NEW_MODULE)

    assert outcomes(sample, "01.1")["exercises/01_first/years.py"] == "kept"


def test_a_hole_that_is_no_file_is_an_error(sample):
    path = sample.root / "exercises/01_first/lesson.toml"
    path.write_text(path.read_text().replace('"demo.years"', '"deploy/Dockerfile"'))
    course = load_course(sample.root)

    with pytest.raises(LessonError, match="exercise 01.1: fills: there is no file .*Dockerfile"):
        sync(course, course.find("01.1"))
