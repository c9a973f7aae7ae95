"""Runs the tests of one exercise, in a process that no learner's code has ever been in."""

import contextlib
import io
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from course.grading.explanations import Call, Comparison, asked, explain
from course.grading.grader import Examination, Judgement
from course.grading.runner import COURSE, AnswerRunner
from course.learner.messages import MachineTrouble, compose
from sandbox.confinement import limit_memory
from sandbox.sessions import ForkedSession, Session, SpawnedSession
from sandbox.view import strict_view

MOST_SENTENCES = 3
MEMORY = 4 * 2**30  # bytes; a small message may unpack to a large table


def examine(
    examination: Examination, control: socket.socket | None, tell: Callable[[str], None]
) -> Judgement:
    """Run the tests, and say what came of it; trouble of this machine has the verdict "trouble".

    Parameters
    ----------
    control : socket or None
        Of the supervisors' zygote; None where processes are spawned.
    tell : callable
        Is told what the examination is at.
    """
    limits = examination.limits
    if hasattr(signal, "setitimer"):
        # the tests themselves may hang: then the alarm ends this process
        signal.setitimer(signal.ITIMER_REAL, limits.wall_s + limits.tests_s)
    limit_memory(MEMORY)
    tempfile.tempdir = str(examination.scratch)

    def open_session() -> Session:
        return SpawnedSession() if control is None else ForkedSession(control)

    with _silence() as said:
        try:
            if examination.strict:
                exercise = examination.exercise
                hole = exercise.hole if exercise.hole_name else None
                shown = strict_view(exercise.lesson.packages, COURSE, hole, exercise.member)
                examination = replace(examination, limits=replace(limits, shown=shown))
            return _judge(examination, open_session, said, tell)
        except (MachineTrouble, OSError) as error:
            return Judgement(MachineTrouble.verdict, str(error))
        except Exception as error:  # pylint: disable=broad-exception-caught
            fault = f"{type(error).__name__}: {error}"
            return Judgement("failed", f"The grader is at fault, not you: please report {fault}")


def _judge(
    examination: Examination,
    open_session: Callable[[], Session],
    said: io.StringIO,
    tell: Callable[[str], None],
) -> Judgement:
    exercise = examination.exercise
    runner = AnswerRunner(exercise, examination.answer, open_session, examination.limits, tell)
    with contextlib.closing(runner):
        of_cells = None
        if exercise.kind == "notebook":
            run = runner.run_notebook(examination.seed, examination.reference)
            verdict, message, *failed = run.result
            points = exercise.points if verdict == "passed" else 0
            of_cells = Judgement(verdict, message, points, tuple(failed), run.reference)
            if not exercise.tests.is_file():
                return of_cells
        examiner = Examiner(runner)
        status = pytest.main(_arguments(examination), plugins=[examiner])
        if of_cells and of_cells.verdict != "passed" and not examiner.failures:
            return of_cells  # tests had nothing to look at in the cells that were not reached
        judgement = examiner.judgement(status, said.getvalue())
        return judgement._replace(reference=of_cells.reference if of_cells else None)


def _arguments(examination: Examination) -> list[str]:
    """Return the arguments of pytest: nothing that is not needed, since every verdict waits."""
    exercise = examination.exercise
    seed = [] if examination.seed is None else [f"--course-seed={examination.seed}"]
    return [
        str(exercise.tests),
        *seed,
        f"--rootdir={exercise.lesson.root}",
        f"--confcutdir={exercise.tests.parent}",
        f"--config-file={os.devnull}",
        "--import-mode=importlib",
        "--capture=no",
        *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "course.pytest_plugin"),
    ]


@contextlib.contextmanager
def _silence() -> Iterator[io.StringIO]:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True  # grading changes nothing in the course's folders
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said


class Examiner:
    """A pytest plugin that hands out the submission and makes a verdict of what happens.

    Parameters
    ----------
    runner : AnswerRunner
        Of the answer that is examined.
    """

    def __init__(self, runner: AnswerRunner):
        self.runner = runner
        self.comparison: Comparison | None = None
        self.failures: list[tuple[str, str, dict[str, str]]] = []
        self.failed_tests: list[str] = []
        self.faults: list[str] = []
        self.skipped: list[str] = []
        self.unheard: set[str] = set()  # tests that have not said yet how they went

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which tests there are: a pass needs the word of each."""
        self.unheard = {item.nodeid for item in session.items}

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Forget the test before."""
        self.runner.tell(asked(item.name).removeprefix("Asked for: "))
        self.runner.call = Call()
        self.comparison = None

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        """Note the two sides of a comparison that does not hold."""
        self.comparison = Comparison(op, left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Note how a test went."""
        if call.excinfo is None:
            if call.when == "call":
                self.unheard.discard(item.nodeid)
        elif isinstance(call.excinfo.value, pytest.skip.Exception):
            self.unheard.discard(item.nodeid)
            self.skipped.append(str(call.excinfo.value))
        else:
            self._note_failure(item, call.excinfo.value)
        # only then has pytest its turn, which may fail at showing what came back
        return (yield)

    def _note_failure(self, item: pytest.Item, error: BaseException) -> None:
        try:
            failure = explain(item.name, error, self.runner.call, self.comparison)
        except Exception as trouble:  # pylint: disable=broad-exception-caught
            # a value that cannot be shown: nested too deep, say
            reason = f"what came back cannot be shown ({type(trouble).__name__})"
            failure = "failed", asked(item.name), {"but": reason}
        test = item.name.partition("[")[0]
        self.failed_tests.append(test)
        if test in self.runner.exercise.hint_for:
            failure[2]["hint"] = self.runner.exercise.hint_for[test]
        self.failures.append(failure)
        if failure[0] != "failed":
            item.session.shouldstop = failure[0]  # what is broken stays so in every test

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test file that cannot be loaded."""
        if report.failed:
            self.faults.append(report.longreprtext.strip().splitlines()[-1])

    def judgement(self, status: int, said: str) -> Judgement:
        """Say what came of it; `status` is pytest's, `said` what it said.

        Nobody passes for lack of a failure: each test has to have said that it passed.
        """
        if self.failures:
            return self._failed()
        if self.faults or self.unheard or status != pytest.ExitCode.OK:
            fault = (self.faults or said.strip().splitlines() or ["there are none"])[-1]
            fault = f"The tests of this exercise are at fault, not you: {fault}"
            return Judgement("failed", fault)
        if self.skipped:
            reasons = "; ".join(dict.fromkeys(self.skipped))
            return Judgement("not verified", f"Not verified: {reasons}")
        points, why = self.runner.award
        return Judgement("passed", why, points)

    def _failed(self) -> Judgement:
        """Tell the first failure in full, and of the others the sentence."""
        worst = next((item for item in self.failures if item[0] != "failed"), self.failures[0])
        verdict, sentence, facts = worst
        others = dict.fromkeys(_in_short(item[1]) for item in self.failures)
        others.pop(_in_short(sentence), None)
        also = [f"Also: {other}" for other in list(others)[:MOST_SENTENCES]]
        message = "\n".join([compose(sentence, facts), *also])
        return Judgement(verdict, message, 0, tuple(dict.fromkeys(self.failed_tests)))


def _in_short(sentence: str) -> str:
    """Return the line that tells one failure from others: what was asked for, if that is told."""
    lines = sentence.splitlines()
    return lines[-1] if lines[-1].startswith("Asked for: ") else lines[0]
