"""A learner's answer, as the tests of an exercise see it.

A test says what is to be called, and judges what comes back. What it calls runs elsewhere, in a
limited process: see `sandbox.child`.
"""

from __future__ import annotations

import ast
import shlex
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from course.grading.explanations import Call, error_of, object_of, source_of
from course.grading.formats import (
    Case,
    Exchange,
    Specimen,
    judge_checker,
    judge_policy,
    judge_server,
)
from course.grading.mutants import Mutant, MutationResult, run_on_mutants
from course.grading.runner import AnswerRunner, Reply
from course.learner.answers import read_answer
from course.learner.messages import AnswerFailed
from sandbox.calls import Task
from sandbox.tasks import ServeApp, Shell, free_port, listens

if TYPE_CHECKING:
    from course.notebooks.grading import NotebookRun

POLL_S = 0.01


@dataclass(frozen=True)
class Raised:
    """An exception that the learner's code raised: the names of its type, and its message."""

    type: str
    bases: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Completed:
    """A command that has ended: its exit status, and the ends of what it printed."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Server:
    """A server that listens on a loopback port."""

    port: int

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


class Submission:
    """What a test does with a learner's answer.

    Whatever prevents a value from coming back is raised as an `AnswerError`. There is nothing to
    catch: it is the verdict.
    """

    def __init__(self, runner: AnswerRunner):
        self._runner = runner

    @property
    def path(self) -> Path:
        """The learner's file; it is there, and is a file with text in it."""
        read_answer(self._runner.answer)
        return self._runner.answer

    @property
    def text(self) -> str:
        """What is in the learner's file."""
        return read_answer(self._runner.answer).decode("utf-8-sig")

    def run(self, task: Task) -> Any:
        """Call `task(module)` beside the learner's code, and return what it returned.

        Parameters
        ----------
        task : callable
            Gets the learner's module. It may use what surrounds it in the test, which is copied
            to the other process. Keep expected values out of it: the learner's code could look.

        Returns
        -------
        object
            Data: JSON types, tuples, sets, bytes, dates, NumPy arrays, pandas tables.
        """
        value = self._runner.value(task, self._hole, source_of(task))
        self._runner.call.value = value
        return value

    def raises(
        self, expected: type[BaseException] | str, task: Task, match: str | None = None
    ) -> Raised:
        """Call `task(module)`, which is to raise `expected`, and return what was raised.

        Parameters
        ----------
        expected : type or str
            The exception, or its name where only the learner's module defines it.
        match : str, optional
            Must be part of the message.

        Raises
        ------
        AnswerError
            Nothing was raised, or something else.
        """
        runner = self._runner
        name = expected if isinstance(expected, str) else expected.__qualname__
        reply = runner.do(task, self._hole, source_of(task))
        if reply["kind"] == "value":
            runner.call.value = reply.get("value")
        if reply["kind"] in ("value", "not data"):
            facts = runner.call.facts() | (object_of(reply) if reply["kind"] == "not data" else {})
            raise AnswerFailed(f"Nothing was raised: {name} was asked for.", facts)
        bases = tuple(map(str, reply.get("bases") or ()))
        if reply["kind"] != "raised" or name not in bases:
            error = error_of(reply, runner.exercise.file, runner.call)
            if error.sentence == f"Your code raised {reply.get('type')}.":
                error.sentence = f"{name} was asked for, and your code raised {reply.get('type')}."
            raise error
        raised = Raised(bases[0], bases, str(reply.get("text")))
        if match is not None and match not in raised.message:
            facts = {**runner.call.facts(), "message": raised.message, "to be in it": match}
            raise AnswerFailed(f"The message of {name} does not say enough.", facts)
        return raised

    def shown(self, cell: str) -> Any:
        """Return the data that a cell of the learner's notebook shows: the value of its last line.

        Raises
        ------
        AnswerError
            It is none: numbers, texts, and what is made of them, are asked for.
        """
        run = self._notebook
        if cell not in run.shown:
            pytest.skip(f"the cell {cell} was not reached")
        text = run.shown[cell]
        self._runner.call = Call(run.sources[cell], label="cell", given=run.given)
        try:
            value = self._runner.call.value = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            facts = self._runner.call.facts() | {"came back": text}
            raise AnswerFailed("The cell shows something else than data.", facts) from None
        return value

    def expected(self, cell: str) -> Any:
        """Return what that cell of the solution shows, for the same tables."""
        run = self._notebook
        if cell not in run.expected:
            pytest.skip(f"the cell {cell} was not reached")
        return ast.literal_eval(run.expected[cell])

    @property
    def _notebook(self) -> NotebookRun:
        return self._runner.notebook or self._runner.run_notebook(None)

    def shell(
        self,
        command: str | Sequence[str],
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run a command in a scratch copy of the lesson's folder, the learner's file in it.

        Where the exercise fills a hole of a package, the learner's file is that module in every
        Python that the command starts. What the command leaves behind is removed.

        Parameters
        ----------
        command : str or sequence of str
            For the shell, or a program and its arguments.
        stdin : str
            What the command may read.
        environment : mapping, optional
            Variables beside the few that are let through.
        """
        task = self._shell(command, stdin, environment)
        value = self._runner.value(task, None, _shown(command))
        return Completed(int(value["status"]), str(value["stdout"]), str(value["stderr"]))

    @contextmanager
    def serve(self, app: Task | str | Sequence[str]) -> Iterator[Server]:
        """Serve the learner's application on a free loopback port while the block runs.

        Parameters
        ----------
        app : callable or str or sequence of str
            `app(module)` returns a WSGI application; or a command with `{port}` in it, run as by
            `shell`.

        Yields
        ------
        Server
            It listens.
        """
        port = free_port()
        if callable(app):
            running = self._runner.running(ServeApp(app, port), self._hole, source_of(app), port)
        else:
            task = self._shell(_with_port(app, port))
            running = self._runner.running(task, None, _shown(app), port)
        with running as ended:
            self._wait_until_up(port, ended)
            yield Server(port)

    def _wait_until_up(self, port: int, ended: Callable[[], Reply | None]) -> None:
        while not listens(port):
            if (reply := ended()) is not None:
                value = self._runner.value_of(reply)
                printed = str(value.get("stderr")) if isinstance(value, dict) else ""
                facts = {**self._runner.call.facts(), "printed": printed}
                raise AnswerFailed("The server ended as soon as it was started.", facts)
            time.sleep(POLL_S)

    def tests_against(
        self,
        module: str,
        mutants: Mapping[str, Mutant],
        reference: str | None = None,
        decoys: Sequence[Mutant] = (),
    ) -> MutationResult:
        """Run the learner's tests on the right code, and on broken variants of it.

        Parameters
        ----------
        module : str
            What the tests import.
        mutants : mapping of str to (str, str) or str
            What is wrong, and how: a text of the module and what it is replaced by; or a whole
            module.
        reference : str, optional
            The right code; that of the package, if not given.
        decoys : sequence of (str, str) or str
            Other code that is as right, given like mutants. Without any, the right code is written
            anew: that says nothing to tests that watch how it computes.

        Returns
        -------
        MutationResult
            Which mutants were caught: a test that passes on the right code fails on them.

        Raises
        ------
        LookupError
            No package of the course has the module.
        """
        if reference is None:
            path = self._runner.exercise.lesson.find_module(module)
            if path is None:
                raise LookupError(f"no package of the course has a module {module}")
            reference = path.read_text(encoding="utf-8")
            self._runner.hide(path)
        return run_on_mutants(self._runner, module, mutants, reference, decoys)

    def award(self, points: int, why: str = "") -> None:
        """Let a pass earn fewer points than the exercise has: the least that is awarded counts.

        Parameters
        ----------
        points : int
            At least 1: what earns nothing has failed.
        why : str, optional
            Is told with the pass, where the points are not all.
        """
        full = self._runner.exercise.points
        if not 1 <= points <= full:
            raise ValueError(f"{points} points are awarded: 1 to {full} is expected")
        self._runner.award = min(self._runner.award, (points, why), key=lambda award: award[0])

    def policy(
        self,
        decide: Callable[[Any, Any], Any],
        cases: Sequence[Case],
        steps: Mapping[float, int],
        best: float | None = None,
    ) -> None:
        """Have cases decided, and award points by what the decisions cost: see `judge_policy`."""
        self.award(*judge_policy(self._runner, self._hole, decide, cases, steps, best))

    def judges(
        self,
        task: Callable[[Any, Path], Any],
        specimens: Sequence[Specimen],
        file: str = "specimen",
    ) -> None:
        """See that the learner's checker tells good specimens from broken: see `judge_checker`."""
        judge_checker(self._runner, self._hole, task, specimens, file)

    def replay(
        self,
        app: Task | str | Sequence[str],
        recording: Sequence[Exchange],
        ignore: Collection[str] = (),
    ) -> None:
        """See that the learner's application answers as recorded: see `serve`, `judge_server`."""
        judge_server(self._runner, self.serve(app), recording, ignore)

    @property
    def _hole(self) -> str:
        """What the learner's file is to be, also where it fills nothing."""
        return self._runner.exercise.hole_name or Path(self._runner.exercise.file).stem

    def _shell(
        self,
        command: str | Sequence[str],
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Shell:
        exercise = self._runner.exercise
        return Shell(command, stdin, environment or {}, exercise.file, exercise.hole_name)


def _shown(command: str | Sequence[str]) -> str:
    return command if isinstance(command, str) else shlex.join(command)


def _with_port(command: str | Sequence[str], port: int) -> str | list[str]:
    if isinstance(command, str):
        return command.replace("{port}", str(port))
    return [part.replace("{port}", str(port)) for part in command]
