"""`author check` finds every way in which an exercise is not what it claims to be."""

import pytest
from sample_course import code_cell, notebook_text, printed, rewrite, right_answers, solve

from course.authoring.check import check, names_of_tests, stray_folders
from course.grading import Grader, Verdict
from course.lessons import KnownAnswer, LessonError, load_course
from course.lessons.known_answers import text_of

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

    def grade(exercise, answer, force=False, seed=None):  # pylint: disable=unused-argument
        text = answer.read_text()
        kind = "mistake"
        if text in right_answers(exercise):
            kind = "solution" if text == exercise.solution.read_text() else "variant"
        elif any(mark in text for mark in ("TODO", "hello, ...")):
            kind = "forced" if force else "stub"
        usual = {"stub": "todo", "forced": "failed", "mistake": "failed"}
        message = exercise.mistakes[0].says if kind == "mistake" else "A message."
        name = fixed.get(kind, usual.get(kind, "passed"))
        failed = fixed.get("failed_tests", names_of_tests(exercise) if name == "failed" else ())
        points = fixed.get("points", exercise.points), exercise.points
        common = exercise.id, exercise.title, name, fixed.get("message", message), *points, 0.0
        return Verdict(*common, failed_tests=tuple(failed))

    return grade


@pytest.mark.slow
def test_the_sample_course_is_in_order_by_the_real_grader(sample):
    steps = []
    with Grader(sample) as grader:
        findings = check(sample.exercises, grader, lambda total: lambda: steps.append(total))

    assert [finding.problems for finding in findings] == [[]] * 6
    proofs = dict.fromkeys(["stub", "forced", "mistakes", "solution", "variants", "tests"], True)
    assert [finding.proofs for finding in findings if "." in finding.subject] == [proofs] * 4
    # a stub twice, three mistakes, a solution and two variants, for each of four
    assert steps == [32] * 32


def test_right_answers_and_wrong_ones_meet_tables_of_three_seeds(sample, quick_grader):
    grader, seeds = quick_grader(sample), {"passed": set(), "failed": set()}
    quick = grader.grade

    def grade(exercise, answer, force=False, seed=None):
        verdict = quick(exercise, answer, force)
        seeds.setdefault(verdict.verdict, set()).add(seed)
        return verdict

    grader.grade = grade
    check(sample.find("01.1"), grader)

    assert seeds["passed"] == seeds["failed"] == {1, 2, 3}


@pytest.mark.parametrize(
    ("fixed", "problem"),
    [
        ({"stub": "failed"}, "the stub is failed, not todo: A message."),
        ({"forced": "passed"}, "the stub, forced to run, is passed, not failed: A message."),
        ({"forced": "broken"}, "the stub, forced to run, is broken, not failed: A message."),
        ({"points": 1}, "the solution earns 1 of 2 points"),
        ({"solution": "timeout"}, "the solution is timeout, not passed: A message."),
        (
            {"variant": "failed"},
            "variant 'by a name', with seed 3, is failed, not passed: A message.",
        ),
        (
            {"failed_tests": ()},
            "no mistake is caught by test_years_elapsed_are_never_negative: "
            "describe one, or leave the test out",
        ),
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
    assert f"'the wrong way round': replace: the solution has this text {count} times" in problem


def test_a_mistake_in_a_notebook_applies_to_the_answer_cells_only(double):
    text = notebook_text(code_cell("answer", "x = 1"), code_cell("use", "x", [printed("x = 1")]))
    mistake = KnownAnswer("m", "x = 1", "x = 2")

    assert text_of(double, text, mistake).count("x = 2") == 1
    with pytest.raises(LessonError, match="has this text 0 times"):
        text_of(double, text, KnownAnswer("m", '"use"', "y"))


@pytest.mark.parametrize(
    ("name", "subject", "problem"),
    [
        (
            "exercises/01_first/tests/test_years.py",
            "01.1",
            "there is no test file exercises/01_first/tests/tes",
        ),
        (
            "exercises/01_first/answers/01.1/by_a_name.py",
            "01.1",
            "'by a name': file: there is no exercises/01_first/answers/01.1/by_a_name.py",
        ),
        ("exercises/01_first/README.md", "01.1", "README.md has no heading that begins with 01.1"),
        ("exercises/01_first/README.md", "01_first", "there is no exercises/01_first/README.md"),
        ("exercises/01_first/years.py", "01.1", "exercises/01_first/years.py is not the stub; run"),
        ("solutions/01_first/years.py", "01.1", "the solution is not demo.years; run `course auth"),
        ("solutions/01_first/greeting.txt", "01.2", "there is no solutions/01_first/greeting.txt"),
        (
            "notebooks/01_first/1_years.ipynb",
            "01_first",
            "there is no notebook notebooks/01_first/1_years.ipynb",
        ),
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


def test_an_exercise_with_few_known_answers_is_named(problems, sample_root):
    text = (sample_root / LESSON).read_text()
    (sample_root / LESSON).write_text(text[: text.rindex("[[exercise.mistake]]")])

    assert problems()["01.2"] == [
        "[[exercise.mistake]]: 2 described, 3 are needed",
        "[[exercise.variant]]: 0 described, 2 are needed",
    ]


def test_a_hint_for_a_test_that_is_not_there_is_named(problems, sample_root):
    rewrite(sample_root / LESSON, "points = 2", 'points = 2\nhint_for = {test_ages = "Look."}')

    assert problems()["01.1"] == ["hint_for: there is no test_ages"]


def test_what_needs_a_command_that_is_not_here_is_not_verified(sample_root, quick_grader):
    rewrite(sample_root / LESSON, "points = 2", 'points = 2\nneeds = {no-such-command = "apt"}')
    course = load_course(sample_root)
    finding = check(course.find("01.1"), quick_grader(course))[1]

    assert (finding.unverified, finding.proofs) == ("needs no-such-command", {})
    assert finding.problems == []


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ('"A greeting"', '"TODO"', "01.2"),
        ('"The world."', '"TODO: a hint"', "01.2"),
        ('"First steps"', '"TODO"', "01_first"),
        ('"greet"', '"TODO"', "01_first"),
        ('"Greetings"', '"TODO"', "01_first"),
        ('"Whoever is greeted comes back."', '"TODO"', "01.2"),
    ],
)
def test_what_is_still_to_be_written_is_named(problems, sample_root, old, new, subject):
    rewrite(sample_root / LESSON, old, new)

    assert any("still to be written" in item for item in problems()[subject])


def test_stray_files_are_named_and_litter_is_not(problems, sample_root):
    tests, answers = "01_first/tests/test_old.py", "01_first/answers/01.1/old.py"
    for name in ("01_first/notes.txt", tests, answers):
        (sample_root / "exercises" / name).write_text("x")
    (sample_root / "solutions/01_first/old.py").write_text("x")
    (sample_root / "exercises/01_first/__pycache__").mkdir()

    assert problems()["01_first"] == [
        "exercises/01_first/notes.txt is stray",
        "exercises/01_first/tests/test_old.py is stray",
        "solutions/01_first/old.py is stray",
        "exercises/01_first/answers/01.1/old.py is stray",
    ]

    title = 'title = "First steps"'
    rewrite(sample_root / LESSON, title, f'{title}\nsupport = ["notes.txt"]')
    assert "exercises/01_first/notes.txt is stray" not in problems()["01_first"]


def test_a_lesson_without_solutions_is_no_crash(problems, sample_root):
    for path in (sample_root / "solutions/01_first").iterdir():
        path.unlink()
    (sample_root / "solutions/01_first").rmdir()

    assert problems()["01.2"]


def test_folders_that_are_no_lessons_are_found(sample):
    (sample.root / "exercises/old").mkdir()
    (sample.root / "exercises/.ipynb_checkpoints").mkdir()
    (sample.root / "exercises/README.md").write_text("x")

    assert stray_folders(sample) == [sample.root / "exercises/old"]


def test_a_course_without_solutions_has_no_stray_ones(sample):
    (sample.root / "solutions").rename(sample.root / "elsewhere")

    assert stray_folders(sample) == []
