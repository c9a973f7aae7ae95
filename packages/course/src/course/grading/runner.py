"""Runs tasks beside one learner's file, within the limits of one verdict."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.grading.explanations import Call, ending_of, error_of
from course.learner.answers import read_answer
from course.learner.messages import MachineTrouble
from course.lessons import Exercise
from sandbox import serialization
from sandbox.calls import Task, pickle_task
from sandbox.child import Job
from sandbox.confinement import Limits, scratch_directory
from sandbox.sessions import Session
from sandbox.supervisor import Outcome
from sandbox.view import strict_view

if TYPE_CHECKING:
    from course.grading.grader import Reference
    from course.notebooks.grading import NotebookRun

SHORTEST_S = 0.1
COURSE = Path(__file__).parents[2]  # to be seen: whatever starts pytest meets its plugin
LITTER = ("__pycache__", ".*")
# of the lesson's folder, at its top: not for a learner's process to see
UNSEEN = ("tests", "answers", "test_*.py", "lesson.toml")
Reply = Mapping[str, Any]


class AnswerRunner:
    """Runs tasks in sessions, and turns what came of them into values or errors.

    Parameters
    ----------
    open_session : callable
        Opens a session; this object closes it.
    limits : Limits
        `wall_s` is for everything that is done here, together.
    tell : callable
        Is told what takes long.

    Attributes
    ----------
    call : Call
        What was done last.
    notebook : NotebookRun or None
        What came of the answer, where it is a notebook and was run.
    award : (int, str)
        How many points a pass earns, and why where they are not all.
    """

    def __init__(
        self,
        exercise: Exercise,
        answer: Path,
        open_session: Callable[[], Session],
        limits: Limits,
        tell: Callable[[str], None] = lambda _: None,
    ):
        self.exercise = exercise
        self.answer = answer
        self.limits = limits
        self.tell = tell
        self.call = Call()
        self.notebook: NotebookRun | None = None
        self.award = exercise.points, ""
        self._open = open_session
        self._session: Session | None = None
        self._deadline = time.monotonic() + limits.wall_s

    @property
    def left_s(self) -> float:
        """How long anything may still take; a moment, when the time is over."""
        return max(SHORTEST_S, self._deadline - time.monotonic())

    def beside(self) -> AnswerRunner:
        """Return a runner with a session of its own, for another thread; to be closed, too."""
        runner = AnswerRunner(self.exercise, self.answer, self._open, self.limits, self.tell)
        runner._deadline = self._deadline  # pylint: disable=protected-access  # one of us
        return runner

    def run_notebook(self, seed: int | None, known: Reference | None = None) -> NotebookRun:
        """Run the answer, a notebook, with tables of a seed; `known`: what the reference shows."""
        # pylint: disable-next=import-outside-toplevel  # loads nbval
        from course.notebooks.grading import grade_notebook

        answer = read_answer(self.answer)
        common = self.exercise, answer, self._open, self.limits
        self.notebook = grade_notebook(*common, seed, self.tell, known=known)
        return self.notebook

    def hide(self, module: Path) -> None:
        """Show an answer that is not trusted its packages without a module."""
        if self.limits.shown is not None:
            shown = strict_view(self.exercise.lesson.packages, COURSE, module)
            self.limits = replace(self.limits, shown=shown)

    def close(self) -> None:
        """End what still runs."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def do(self, task: Task, hole: str | None, shown: str) -> Reply:
        """Have a task done, and return the reply of `sandbox.child`, of whatever kind.

        Parameters
        ----------
        hole : str or None
            What the learner's file is to be; None for a task that wants the scratch directory.
        shown : str
            The task, as a learner is told of it.

        Raises
        ------
        AnswerError
            There is none: the process ended, broke a limit, or could not be started.
        """
        self.call = Call(shown)
        self._session = self._session or self._open()
        with self._job(task, hole) as job:
            self._session.start(job)
            outcome = self._session.wait()
            self.call.printed = outcome.output
            return self._reply(outcome)

    def value(self, task: Task, hole: str | None, shown: str) -> Any:
        """Have a task done as by `do`, and return the value that came back.

        Raises
        ------
        AnswerError
            None did.
        """
        return self.value_of(self.do(task, hole, shown))

    def value_of(self, reply: Reply) -> Any:
        """Return the value of a reply, or raise what it says instead."""
        if reply["kind"] != "value":
            raise error_of(reply, self.exercise.file, self.call)
        return reply.get("value")

    @contextmanager
    def running(
        self, task: Task, hole: str | None, shown: str, port: int
    ) -> Iterator[Callable[[], Any]]:
        """Have a port served in the background while the block runs, in a session of its own.

        Yields
        ------
        callable
            Returns None while the task runs, and what came back once it has ended.
        """
        self.call = Call(shown)
        session = self._open()
        with self._job(task, hole, port) as job:
            session.start(job)
            try:
                yield lambda: self._reply(session.wait()) if session.finished() else None
            finally:
                self.call.printed = session.stop().output

    @contextmanager
    def _job(self, task: Task, hole: str | None, port: int = 0) -> Iterator[Job]:
        source = read_answer(self.answer)
        lesson = self.exercise.lesson
        with ExitStack() as stack:
            try:
                scratch = stack.enter_context(scratch_directory())
                if hole is None:
                    _copy(lesson.path, scratch)
                (scratch / self.exercise.file).write_bytes(source)
            except OSError as error:
                raise MachineTrouble(f"your file could not be copied: {error}.") from error
            yield Job(
                task=pickle_task(task, lesson.path),
                file=self.exercise.file,
                hole=hole,
                limits=replace(self.limits, wall_s=self.left_s),
                scratch=scratch,
                path=tuple(map(str, lesson.packages)),
                port=port,
            )

    def _reply(self, outcome: Outcome) -> Reply:
        """Decode what came back; whatever is wrong with it ends the test."""
        if outcome.reply is not None:
            try:
                reply = serialization.decode(outcome.reply)
                if isinstance(reply, dict) and isinstance(reply.get("kind"), str):
                    return reply
            except serialization.SerializationError:
                pass
        raise ending_of(outcome, self.limits, self.call)


def _copy(lesson: Path, scratch: Path) -> None:
    """Copy the lesson's folder without what is not for a learner's process to see."""

    def unseen(folder: str, names: list[str]) -> set[str]:
        # a folder of support may have tests of its own
        patterns = (*LITTER, *UNSEEN) if Path(folder) == lesson else LITTER
        return shutil.ignore_patterns(*patterns)(folder, names)

    shutil.copytree(lesson, scratch, ignore=unseen, dirs_exist_ok=True)
