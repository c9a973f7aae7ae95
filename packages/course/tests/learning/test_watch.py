"""Watching grades what is saved, and moves on when it has passed."""

import io

import pytest
from rich.console import Console
from sample_course import solve

from course.cli.watch import saves, watch_answers


@pytest.fixture
def watch(sample, quick_grader):
    """Watches lesson 01 while answers are saved; returns what is printed."""
    assert quick_grader

    def watched(*happenings, key="01"):
        screen = io.StringIO()

        def happen():
            for save in happenings:
                yield {exercise.answer for exercise in save()}

        console = Console(file=screen, soft_wrap=True)
        watch_answers(sample, sample.find(key), console, happen())
        return screen.getvalue()

    return watched


@pytest.fixture
def first(sample):
    return sample.find("01.1")[0]


@pytest.fixture
def second(sample):
    return sample.find("01.2")[0]


def test_the_first_exercise_to_do_is_announced(watch):
    text = watch()

    assert text.startswith("Next: 01.1 Years elapsed\n")
    assert text.endswith("Graded when you save; stop with Ctrl+C.\n")


def test_a_wrong_answer_is_told_and_the_exercise_stays(watch, first):
    def save():
        first.answer.write_text("since - until")
        return [first]

    text = watch(save)
    assert "failed     01.1  Years elapsed\n      never negative\n" in text
    assert text.count("Next:") == 1


def test_a_pass_moves_on_to_the_next(watch, first, second):
    def save_first():
        solve(first)
        return [first]

    def save_second():
        solve(second)
        return [second]

    text = watch(save_first, save_second, save_second)
    assert text.index("passed     01.1") < text.index("Next: 01.2 A greeting")
    assert text.index("passed     01.2") < text.index("All of these exercises have passed.")
    assert text.count("passed     01.2") == 1


def test_what_was_started_before_is_graded_at_once(watch, first, quick_grader):
    first.answer.write_text("since - until")

    assert watch().startswith("  failed     01.1")
    assert quick_grader.graded == ["01.1"]


def test_another_file_that_is_saved_changes_nothing(watch, sample, quick_grader):
    watch(lambda: [sample.find("02.2")[0]])

    assert quick_grader.graded == []


def test_an_exercise_ahead_is_graded_too(watch, second):
    def save():
        solve(second)
        return [second]

    text = watch(save)
    assert "passed     01.2" in text
    assert text.count("Next: 01.1") == 1


def test_the_verdict_comes_before_what_is_next(watch, first, second):
    def save_first():
        solve(first)
        return [first]

    def begin_to_spoil():
        first.answer.write_text("since - until")
        return []  # not yet at rest

    text = watch(save_first, begin_to_spoil, lambda: [first])
    assert text.index("failed     01.1") < text.rindex("Next: 01.1")
    assert second.id in text and text.count("Next:") == 3


def test_what_is_saved_while_a_pass_is_graded_has_not_passed(
    watch, first, quick_grader, monkeypatch
):
    grade = quick_grader.grade

    def grade_and_save(grader, exercise, **options):
        verdict = grade(grader, exercise, **options)
        first.answer.write_text("since - until")
        return verdict

    def save():
        solve(first)
        return [first]

    monkeypatch.setattr(quick_grader, "grade", grade_and_save)
    text = watch(save)
    assert "passed     01.1" in text
    assert text.count("Next:") == 1


def test_ctrl_c_ends_it_in_peace(watch):
    def interrupt():
        raise KeyboardInterrupt

    assert watch(interrupt).endswith("\n\n")


def test_a_save_is_found_by_looking_once_the_file_has_come_to_rest(first, second):
    looks = saves([first, second])
    assert next(looks) == set()

    first.answer.write_text("half")
    assert next(looks) == set()
    first.answer.write_text("half and half")
    assert next(looks) == set()
    assert next(looks) == {first.answer}
    assert next(looks) == set()


def test_a_file_that_goes_and_comes_back_is_a_save(first):
    looks = saves([first])
    next(looks)
    content = first.answer.read_bytes()

    first.answer.unlink()
    assert next(looks) == set()
    assert next(looks) == {first.answer}
    first.answer.write_bytes(content)
    assert next(looks) == set()
    assert next(looks) == {first.answer}
