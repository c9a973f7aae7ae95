import dataclasses
import os
import signal
import threading

import pytest

from desks import DOUBLE_TESTS, LIMITS, PASSED, make_exercise

from course.grading import Grader, Verdict
from course.lessons import Course, stubs
from sandbox.sessions import can_fork

RIGHT = "def double(number):\n    return 2 * number\n"


def test_a_right_answer_passes_and_earns_its_points(desk):
    verdict = desk.grade(RIGHT)

    assert (verdict.verdict, verdict.points) == ("passed", 2)
    assert verdict.message == PASSED
    assert verdict.seconds > 0


def test_a_wrong_answer_is_told_what_was_called_what_came_back_and_what_was_expected(desk):
    verdict = desk.grade("def double(number):\n    return number + 1\n")

    assert (verdict.verdict, verdict.points) == ("failed", 0)
    assert verdict.message == (
        "Twice three is six: is it doubled?\n"
        "  called:    double(3)\n"
        "  came back: 4\n"
        "  expected:  6"
    )


def test_what_a_wrong_answer_printed_is_told(desk):
    message = desk.grade("def double(number):\n    print('got', number)\n    return 4\n").message

    assert "printed:   got 3" in message


def test_the_other_sentences_are_told_below_the_first(desk):
    tests = DOUBLE_TESTS + """
def test_zero_stays_zero(submission):
    assert submission.run(lambda code: code.double(0)) == 0, "Twice nothing is nothing."
def test_again(submission):
    assert submission.run(lambda code: code.double(0)) == 0, "Twice nothing is nothing."
"""
    message = desk.grade("def double(number):\n    return number + 1\n", tests).message

    assert message.splitlines()[-1] == "Also: Twice nothing is nothing."
    assert message.count("nothing is nothing") == 1


def test_the_authors_hint_for_a_test_is_told_with_its_failure(desk):
    hint = {"test_three_is_doubled": "Look at the sign between the two."}
    verdict = desk.grade("def double(number):\n    return number + 1\n", hint_for=hint)

    assert verdict.message.splitlines()[-1] == "  hint:      Look at the sign between the two."
    assert verdict.failed_tests == ("test_three_is_doubled",)


def test_what_needs_a_command_that_is_not_here_is_not_verified(desk):
    needs = {"no-such-command": "sudo apt install such", "sh": "sudo apt install dash"}
    verdict = desk.grade(RIGHT, needs=needs | {"no-other": "pip install other"})

    assert (verdict.verdict, verdict.possible, verdict.trouble) == ("not verified", 0, False)
    assert verdict.message == (
        "Not verified: this needs no-such-command and no-other, not to be had here.\n"
        "  what would help:\n    sudo apt install such\n    pip install other"
    )


def test_another_seed_is_another_table(desk):
    desk.write(
        {
            "exercises/01_start/tests/conftest.py": (
                "import pytest\n\n@pytest.fixture(scope='session')\n"
                "def table(seed):\n    return list(range(seed))\n"
            )
        }
    )
    tests = """
def test_it(submission, table):
    assert submission.run(lambda code: code.double(len(table))) == 2, "One is doubled."
"""
    assert desk.grade(RIGHT, tests).verdict == "passed"
    exercise = make_exercise(desk.root)
    assert "came back: 14" in desk.grader.grade(exercise, seed=7).message
    (verdict,) = desk.grader.grade_many([exercise], seed=8)
    assert "came back: 16" in verdict.message


def test_the_untouched_stub_is_todo(desk):
    stub = stubs.stub_text(make_exercise(desk.root))

    assert desk.grade(stub).verdict == "todo"


def test_the_stub_fails_when_it_is_forced_to_run(desk):
    stub = stubs.stub_text(make_exercise(desk.root))
    desk.grade(stub)

    assert desk.grader.grade(make_exercise(desk.root), force=True).verdict == "broken"


@pytest.mark.slow
def test_another_file_can_be_graded_in_place_of_the_learners(desk, tmp_path):
    desk.grade("def double(number):\n    return 0\n")
    (tmp_path / "elsewhere.py").write_text(RIGHT)

    verdict = desk.grader.grade(make_exercise(desk.root), tmp_path / "elsewhere.py")

    assert verdict.verdict == "passed"


def test_a_verdict_is_what_the_report_needs():
    verdict = Verdict("01.1", "Double", "passed", "", 2, 3, 0.12345)

    assert verdict.to_json() == {
        "id": "01.1",
        "title": "Double",
        "verdict": "passed",
        "message": "",
        "points": 2,
        "possible": 3,
        "seconds": 0.123,
    }


@pytest.mark.slow
def test_many_are_graded_in_order_and_told_as_they_come(desk):
    desk.grade(RIGHT)
    exercises = [make_exercise(desk.root, id=f"01.{n}") for n in range(1, 6)]
    told = []

    verdicts = desk.grader.grade_many(exercises, told.append, jobs=3)

    assert [verdict.id for verdict in verdicts] == [exercise.id for exercise in exercises]
    assert {verdict.verdict for verdict in verdicts} == {"passed"}
    assert sorted(told, key=lambda verdict: verdict.id) == verdicts
    assert desk.grader.grade_many(exercises[:1])[0].verdict == "passed"


def test_a_skipped_test_leaves_the_answer_unverified(desk):
    tests = "import pytest\ndef test_it(submission):\n    pytest.skip('needs docker')\n"

    verdict = desk.grade(RIGHT, tests)

    assert (verdict.verdict, verdict.message) == ("not verified", "Not verified: needs docker")


PARTS = """
import pytest

def test_a(submission):
    pytest.skip('needs podman')
def test_b(submission):
    assert submission.run(lambda code: code.double(3)) == 6, "Twice three is six."
def test_c(submission):
    pytest.skip('needs node')
def test_d(submission):
    pytest.skip('needs podman')
"""


def test_of_several_parts_one_that_failed_outweighs_what_was_skipped(desk):
    verdict = desk.grade("def double(number):\n    return 5\n", PARTS)

    assert (verdict.verdict, verdict.points, verdict.possible) == ("failed", 0, 2)
    assert verdict.failed_tests == ("test_b",)


def test_of_several_parts_one_that_was_skipped_outweighs_what_passed(desk):
    verdict = desk.grade(RIGHT, PARTS)

    assert (verdict.verdict, verdict.points, verdict.possible) == ("not verified", 0, 0)
    assert verdict.message == "Not verified: needs podman; needs node"


AWARDS = """
def test_a(submission):
    submission.award(2, "It is not quick.")
def test_b(submission):
    submission.award({points}, "It is not clean.")
def test_c(submission):
    submission.award(3, "It is all there.")
    assert submission.run(lambda code: code.double(3)) == 6, "Twice three is six."
"""


@pytest.mark.parametrize(
    ("points", "earned", "why"),
    [
        (1, 1, "\nIt is not clean."),
        (2, 2, "\nIt is not quick."),
        (3, 2, "\nIt is not quick."),
    ],
)
def test_the_least_that_a_test_awards_is_earned_and_the_reason_told(desk, points, earned, why):
    verdict = desk.grade(RIGHT, AWARDS.format(points=points), points=3)

    assert (verdict.verdict, verdict.points, verdict.possible) == ("passed", earned, 3)
    assert verdict.message == PASSED + why


def test_who_fails_earns_nothing_whatever_was_awarded(desk):
    verdict = desk.grade("def double(number):\n    return 5\n", AWARDS.format(points=2), points=3)

    assert (verdict.verdict, verdict.points, verdict.possible) == ("failed", 0, 3)


@pytest.mark.parametrize("points", [0, 4])
def test_no_more_is_awarded_than_there_is_and_no_less_than_a_point(desk, points):
    message = desk.grade(RIGHT, AWARDS.format(points=points), points=3).message

    assert f"{points} points are awarded: 1 to 3 is expected" in message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("import nowhere_to_be_found\n", "nowhere_to_be_found"),
        ("def test_(:\n", "SyntaxError"),
        ("", "there are none"),
    ],
)
def test_tests_that_do_not_work_are_not_blamed_on_the_learner(desk, tests, said):
    message = desk.grade(RIGHT, tests).message

    assert message.startswith("The tests of this exercise are at fault, not you: ")
    assert said in message


def test_tests_that_are_missing_are_not_blamed_on_the_learner(desk):
    desk.grade(RIGHT)
    exercise = make_exercise(desk.root)
    exercise.tests.unlink()

    assert "at fault, not you" in desk.grader.grade(exercise).message


def test_the_tests_of_one_grading_are_not_there_in_the_next(desk):
    tests = (
        "import sys\ndef test_it(submission):\n"
        "    assert not hasattr(sys, 'seen')\n    sys.seen = 1\n"
    )

    assert [desk.grade(RIGHT, tests).verdict for _ in range(2)] == ["passed", "passed"]


@pytest.fixture(params=["forked", pytest.param("spawned", marks=pytest.mark.slow)])
def hasty_desk(request, desk, monkeypatch):
    """A desk whose grader waits no longer than the learner's code may take."""
    if request.param == "spawned":
        monkeypatch.setenv("SANDBOX_NO_FORK", "1")
    limits = dataclasses.replace(LIMITS, tests_s=0.1)
    with Grader(Course(desk.root, "Test", ()), limits) as grader:
        yield dataclasses.replace(desk, grader=grader)


@pytest.mark.slow
def test_tests_that_hang_are_a_timeout(hasty_desk, tmp_path, monkeypatch):
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    tests = """
import tempfile, time

def test_it(submission):
    tempfile.mkdtemp()
    time.sleep(1000)
"""

    verdict = hasty_desk.grade(RIGHT, tests, time_limit_s=1)

    assert verdict.verdict == "timeout"
    assert "stopped after 1 second." in verdict.message
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("way", ["forked", pytest.param("spawned", marks=pytest.mark.slow)])
def test_an_examiner_that_dies_is_a_verdict_and_the_next_one_works(desk, monkeypatch, way):
    if way == "spawned":
        monkeypatch.setenv("SANDBOX_NO_FORK", "1")
    tests = "import os\ndef test_it(submission):\n    os.kill(os.getpid(), 9)\n"

    verdict = desk.grade(RIGHT, tests)

    assert verdict.verdict == "failed"
    assert "ended the process that grades it" in verdict.message
    assert desk.grade(RIGHT).verdict == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("role", ["supervisor", "examiner"])
def test_a_zygote_that_was_killed_is_replaced(desk, role):
    with Grader(Course(desk.root, "Test", ()), LIMITS) as grader:
        grader.warm_up()
        # pylint: disable-next=protected-access  # somebody else kills it, in real life
        process = grader._zygotes[role].process
        process.kill()
        process.wait()

        assert dataclasses.replace(desk, grader=grader).grade(RIGHT).verdict == "passed"


@pytest.mark.slow
def test_a_zygote_that_dies_at_the_last_moment_is_a_verdict(desk, monkeypatch):
    with Grader(Course(desk.root, "Test", ()), LIMITS) as grader:
        grader.warm_up()
        # pylint: disable-next=protected-access
        grader._zygotes["examiner"].process.kill()
        grader._zygotes["examiner"].process.wait()  # pylint: disable=protected-access
        monkeypatch.setattr("sandbox.zygote.Zygote.alive", True)

        assert dataclasses.replace(desk, grader=grader).grade(RIGHT).verdict == "failed"


@pytest.mark.slow
def test_a_module_that_cannot_be_loaded_ahead_is_skipped(desk):
    with Grader(Course(desk.root, "Test", (), preload=("nowhere_to_be_found",)), LIMITS) as grader:
        assert dataclasses.replace(desk, grader=grader).grade(RIGHT).verdict == "passed"


@pytest.mark.slow
def test_closing_ends_all_processes(desk):
    grader = Grader(Course(desk.root, "Test", ()), LIMITS)
    grader.warm_up()
    # pylint: disable-next=protected-access
    processes = [zygote.process for zygote in grader._zygotes.values()]

    grader.close()

    assert len(processes) == 2
    assert all(process.returncode is not None for process in processes)


def test_where_nothing_is_forked_there_is_nothing_to_warm_up(desk, monkeypatch):
    monkeypatch.setenv("SANDBOX_NO_FORK", "1")
    grader = Grader(Course(desk.root, "Test", ()), LIMITS)

    grader.warm_up()

    assert not grader._zygotes  # pylint: disable=protected-access


def test_what_a_lesson_preloads_is_loaded_for_the_exercises_that_were_named(desk):
    answer = "import sys\n\ndef double(number):\n    return 6 if 'colorsys' in sys.modules else 0\n"
    exercise = make_exercise(desk.root, preload=["colorsys"])
    verdicts = []
    for named in ([], [exercise]):
        with Grader(Course(desk.root, "Test", ()), LIMITS, named) as grader:
            verdicts.append(dataclasses.replace(desk, grader=grader).grade(answer).verdict)

    assert verdicts == ["failed", "passed"]


def test_what_tests_import_is_loaded_ahead_for_them_and_not_for_answers(desk):
    tests = (
        "import sys\nAHEAD = 'colorsys' in sys.modules\nimport colorsys\n\n"
        "def test_it(submission):\n    assert AHEAD\n"
        "    assert submission.run(lambda code: code.double(3)) == 6\n"
    )
    answer = "import sys\n\ndef double(number):\n    return 0 if 'colorsys' in sys.modules else 6\n"
    exercise = make_exercise(desk.root)
    desk.write({str(exercise.tests.relative_to(desk.root)): tests})
    verdicts = []
    for named in ([], [exercise]):
        with Grader(Course(desk.root, "Test", ()), LIMITS, named) as grader:
            verdicts.append(dataclasses.replace(desk, grader=grader).grade(answer, tests).verdict)

    assert verdicts == ["failed", "passed"]


@pytest.mark.slow
def test_the_tests_load_a_package_anew_when_it_has_changed(desk):
    exercise = make_exercise(desk.root)
    desk.write({"src/prices.py": "", str(exercise.tests.relative_to(desk.root)): "import prices\n"})
    course = Course(desk.root, "Test", (), packages=(desk.root / "src",))
    with Grader(course, LIMITS, [exercise]) as grader:

        def zygotes_after_a_verdict():
            assert dataclasses.replace(desk, grader=grader).grade(RIGHT).verdict == "passed"
            return dict(grader._zygotes)  # pylint: disable=protected-access

        first, same = zygotes_after_a_verdict(), zygotes_after_a_verdict()
        os.utime(desk.root / "src" / "prices.py", (2e9, 2e9))
        changed = zygotes_after_a_verdict()

    assert same == first
    assert changed["examiner"] is not first["examiner"]
    assert changed["supervisor"] is first["supervisor"]


@pytest.fixture
def ctrl_c():
    """Interrupts this process as a terminal does; a worker of pytest-xdist would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="not verified: needs warm processes")
def test_who_interrupts_waits_neither_for_an_endless_answer_nor_for_the_rest(desk, ctrl_c):
    desk.grade(None)  # writes the tests
    exercise = make_exercise(desk.root, time_limit_s=60)
    exercise.answer.write_text("def double(number):\n    while True:\n        pass\n")
    told = []

    def interrupt(text):
        told.append(text)
        ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        desk.grader.grade_many([exercise] * 4, jobs=1, tell=interrupt)

    # the one that runs is ended with the processes it runs in; no other has begun
    assert len(told) == 1
    # pylint: disable-next=protected-access
    ended = [zygote.process.wait(10) for zygote in desk.grader._zygotes.values()]
    assert ended == [-signal.SIGKILL] * 2
