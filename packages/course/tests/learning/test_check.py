"""`author check` finds every way in which an exercise is not what it claims to be."""

import pytest
from sample_course import code_cell, notebook_text, printed, rewrite, solve

from course.authoring.check import check, stray_folders, with_mistake
from course.grading import Grader, Verdict
from course.lessons import LessonError, Mistake, load_course

LESSON = "exercises/01_first/lesson.toml"


@pytest.fixture
def problems(sample_root, quick_grader):
    """Checks lesson 01 as it is now on disk; returns what is wrong, by exercise."""

    def checked(grade=None, key="01"):
        course = load_course(sample_root)
        grader = quick_grader(course)
        if grade is not None:
            grader.grade = grade
        return {item.subject: item.problems for item in check(course.find(key), grader)}

    return checked


def verdicts(**fixed):
    """Return a `grade` that gives each kind of trial the verdict named."""

    def grade(exercise, answer, force=False):
        text = answer.read_text()
        kind = "mistake"
        if text == exercise.solution.read_text():
            kind = "solution"
        elif any(mark in text for mark in ("TODO", "hello, ...")):
            kind = "forced" if force else "stub"
        usual = {"stub": "todo", "forced": "failed", "solution": "passed", "mistake": "failed"}
        message = exercise.mistakes[0].says if kind == "mistake" else "A message."
        name = fixed.get(kind, usual[kind])
        return Verdict(exercise.id, exercise.title, name, fixed.get("message", message), 0, 0.0)

    return grade


@pytest.mark.slow
def test_the_sample_course_is_in_order_by_the_real_grader(sample):
    steps = []
    with Grader(sample) as grader:
        findings = check(sample.exercises, grader, lambda total: lambda: steps.append(total))

    assert [finding.problems for finding in findings] == [[]] * 6
    proofs = {"stub": True, "forced": True, "solution": True, "mistakes": True}
    assert [finding.proofs for finding in findings if "." in finding.subject] == [proofs] * 4
    # a stub twice, a solution, and a mistake, for each of four
    assert steps == [16] * 16


@pytest.mark.parametrize(
    ("fixed", "problem"),
    [
        ({"stub": "failed"}, "the stub is failed, not todo: A message."),
        ({"forced": "passed"}, "the stub, forced to run, is passed, not failed: A message."),
        ({"forced": "broken"}, "the stub, forced to run, is broken, not failed: A message."),
        ({"solution": "timeout"}, "the solution is timeout, not passed: A message."),
        (
            {"mistake": "passed"},
            "mistake 'the wrong way round' is passed, not failed: never negative",
        ),
        (
            {"message": "No."},
            "mistake 'the wrong way round': the learner is not told 'never negative' but: No.",
        ),
    ],
)
def test_each_proof_that_fails_is_a_problem(problems, fixed, problem):
    assert problem in problems(verdicts(**fixed))["01.1"]


def test_a_sentence_may_be_broken_over_two_lines(problems):
    assert problems(verdicts(message="never\n   negative"), "01.1")["01.1"] == []


@pytest.mark.parametrize("count", [0, 2])
def test_a_mistake_applies_exactly_once(problems, sample_root, count):
    rewrite(sample_root / LESSON, '"until - since"', f'"{"zzz" if count == 0 else "until"}"')

    (problem,) = problems()["01.1"]
    assert f"mistake 'the wrong way round': replace: the solution has this text {count} times" in (
        problem
    )


def test_a_mistake_in_a_notebook_applies_to_the_answer_cells_only(double):
    text = notebook_text(code_cell("answer", "x = 1"), code_cell("use", "x", [printed("x = 1")]))
    mistake = Mistake("m", "x = 1", "x = 2", "s")

    assert with_mistake(double, text, mistake).count("x = 2") == 1
    with pytest.raises(LessonError, match="has this text 0 times"):
        with_mistake(double, text, Mistake("m", '"use"', "y", "s"))


@pytest.mark.parametrize(
    ("name", "subject", "problem"),
    [
        (
            "exercises/01_first/test_years.py",
            "01.1",
            "there is no test file exercises/01_first/tes",
        ),
        ("exercises/01_first/README.md", "01.1", "README.md has no heading that begins with 01.1"),
        ("exercises/01_first/README.md", "01_first", "there is no exercises/01_first/README.md"),
        ("exercises/01_first/years.py", "01.1", "exercises/01_first/years.py is not the stub; run"),
        ("solutions/01_first/years.py", "01.1", "the solution is not demo.years; run `course auth"),
        ("solutions/01_first/greeting.txt", "01.2", "there is no solutions/01_first/greeting.txt"),
        ("notebooks/01_first.ipynb", "01_first", "there is no notebook notebooks/01_first.ipynb"),
        ("packages/demo/src/demo/years.py", "01.1", "there is no module demo.years"),
    ],
)
def test_what_is_missing_is_named(problems, sample_root, name, subject, problem):
    (sample_root / name).unlink()

    assert any(problem in item for item in problems()[subject])


def test_a_solution_that_is_not_its_module_is_named(problems, sample_root):
    rewrite(sample_root / "packages/demo/src/demo/years.py", '"""Years."""', '"""Ages."""')

    assert "the solution is not demo.years; run `course author sync`" in problems()["01.1"]


def test_an_answer_where_the_stub_should_be_is_named(problems, sample):
    solve(sample.find("01.2")[0])

    assert problems()["01.2"] == [
        "exercises/01_first/greeting.txt is not the stub; run `course author sync`"
    ]


def test_an_exercise_without_mistakes_is_named(problems, sample_root):
    text = (sample_root / LESSON).read_text()
    (sample_root / LESSON).write_text(text[: text.rindex("[[exercise.mistake]]")])

    assert problems()["01.2"] == ["no [[exercise.mistake]] is described"]


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ('"A greeting"', '"TODO"', "01.2"),
        ('"The world."', '"TODO: a hint"', "01.2"),
        ('"First steps"', '"TODO"', "01_first"),
        ('"greet"', '"TODO"', "01_first"),
    ],
)
def test_what_is_still_to_be_written_is_named(problems, sample_root, old, new, subject):
    rewrite(sample_root / LESSON, old, new)

    assert any("still to be written" in item for item in problems()[subject])


def test_stray_files_are_named_and_litter_is_not(problems, sample_root):
    for name in ("exercises/01_first/notes.txt", "solutions/01_first/old.py"):
        (sample_root / name).write_text("x")
    (sample_root / "exercises/01_first/__pycache__").mkdir()

    assert problems()["01_first"] == [
        "exercises/01_first/notes.txt is stray",
        "solutions/01_first/old.py is stray",
    ]

    rewrite(sample_root / LESSON, "minutes = 20", 'minutes = 20\nsupport = ["notes.txt"]')
    assert problems()["01_first"] == ["solutions/01_first/old.py is stray"]


def test_a_lesson_without_solutions_is_no_crash(problems, sample_root):
    for path in (sample_root / "solutions/01_first").iterdir():
        path.unlink()
    (sample_root / "solutions/01_first").rmdir()

    assert problems()["01_first"] == []
    assert problems()["01.2"]


def test_folders_that_are_no_lessons_are_found(sample):
    (sample.root / "exercises/old").mkdir()
    (sample.root / "exercises/.ipynb_checkpoints").mkdir()
    (sample.root / "exercises/README.md").write_text("x")

    assert stray_folders(sample) == [sample.root / "exercises/old"]


def test_a_course_without_solutions_has_no_stray_ones(sample):
    (sample.root / "solutions").rename(sample.root / "elsewhere")

    assert stray_folders(sample) == []
