"""A new lesson works at once, and says what is left to write."""

import pytest

from sample_course import notebook_text

from course.authoring.check import check
from course.authoring.scaffold import new_lesson
from course.lessons import LessonError, load_course


def test_a_new_lesson_passes_its_check_but_for_what_is_to_be_written(sample, quick_grader):
    paths = new_lesson(sample, "03_cross_validation")
    course = load_course(sample.root)
    findings = check(course.find("03"), quick_grader(course))

    assert all(path.is_file() for path in paths)
    assert course.find_lesson("03").title == "TODO: cross validation"
    assert {problem for finding in findings for problem in finding.problems} == {
        "title, todo, hints or passed are still to be written",
        "titles or objectives are still to be written",
        "1_first.ipynb: it is still to be written",
        "README.md is still to be written",
    }
    assert all(findings[1].proofs.values())


def test_a_notebook_that_is_there_already_is_kept(sample):
    notebook = sample.root / "notebooks/03_third/1_first.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(notebook_text())
    new_lesson(sample, "03_third")

    assert notebook.read_text() == notebook_text()


@pytest.mark.parametrize("folder", ["third", "3_third", "03-third", "03_Third"])
def test_a_lesson_has_a_number_and_a_plain_name(sample, folder):
    with pytest.raises(LessonError, match=f"named like 05_testing, not {folder}"):
        new_lesson(sample, folder)


def test_a_number_that_is_taken_is_refused(sample):
    with pytest.raises(LessonError, match="Lesson 01 is there already: 01_first"):
        new_lesson(sample, "01_again")

    (sample.root / "exercises/03_third").mkdir()
    with pytest.raises(LessonError, match="Lesson 03 is there already: 03_third"):
        new_lesson(sample, "03_third")
