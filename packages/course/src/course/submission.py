"""A learner's answer, as the tests of an exercise see it.

A test says what is to be called, and judges what comes back. What it calls runs elsewhere, in a
limited process: see `course.child`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from course import sandbox, wire
from course.answers import read_answer
from course.child import Job
from course.feedback import (
    AnswerFailed,
    Call,
    ending_of,
    error_of,
    source_of,
)
from course.lessons import Exercise
from course.sandbox import Limits
from course.sessions import Session


@dataclass(frozen=True)
class Raised:
    """An exception that the learner's code raised: the names of its type, and its message."""

    type: str
    bases: tuple[str, ...]
    message: str


class Submission:
    """What a test does with a learner's answer.

    Parameters
    ----------
    exercise : Exercise
        The exercise that the answer is for.
    answer : Path
        The learner's file.
    open_session : callable
        Opens a session; this object closes it.
    limits : Limits
        `wall_s` is for all that a submission runs, together.
    """

    def __init__(
        self,
        exercise: Exercise,
        answer: Path,
        open_session: Callable[[], Session],
        limits: Limits,
    ):
        self.exercise = exercise
        self.answer = answer
        self.call = Call()
        self._open = open_session
        self._sessions: list[Session] = []
        self._limits = limits
        self._deadline = time.monotonic() + limits.wall_s
        self._registered = False

    def close(self) -> None:
        """End whatever still runs."""
        while self._sessions:
            self._sessions.pop().close()

    @property
    def path(self) -> Path:
        """The learner's file; it is there, and is a file with text in it."""
        read_answer(self.answer)
        return self.answer

    @property
    def text(self) -> str:
        """What is in the learner's file."""
        return read_answer(self.answer).decode("utf-8-sig")

    def run(self, task: Callable[[Any], Any]) -> Any:
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

        Raises
        ------
        AnswerBroken, AnswerFailed, AnswerTimeout
            No value came back. There is nothing to catch: it is the verdict.
        """
        reply = self._ask(task, self._module)
        if reply["kind"] != "value":
            raise error_of(reply, self.exercise.file, self.call)
        self.call.value = reply.get("value")
        return self.call.value

    def raises(
        self,
        expected: type[BaseException] | str,
        task: Callable[[Any], Any],
        match: str | None = None,
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
        AnswerFailed
            It did not raise, or something else.
        """
        name = expected if isinstance(expected, str) else expected.__qualname__
        reply = self._ask(task, self._module)
        if reply["kind"] == "value":
            self.call.value = reply.get("value")
            raise AnswerFailed(f"{name} should have been raised here.", self.call.facts())
        bases = tuple(map(str, reply.get("bases") or ()))
        if reply["kind"] != "raised" or name not in bases:
            raise error_of(reply, self.exercise.file, self.call)
        raised = Raised(bases[0], bases, str(reply.get("text")))
        if match is not None and match not in raised.message:
            facts = {"message": raised.message, "to be in it": match}
            raise AnswerFailed(
                f"The message of {name} does not say enough.", self.call.facts() | facts
            )
        return raised

    # -- how -------------------------------------------------------------------------------------

    @property
    def _module(self) -> str:
        fills = self.exercise.fills
        return fills if fills and "/" not in fills else Path(self.exercise.file).stem

    def _ask(
        self, task: Callable[[Any], Any], module: str | None, source: str = ""
    ) -> Mapping[str, Any]:
        """Have `task` done in the session of this submission, and return its reply."""
        self.call = Call(source or source_of(task))
        if not self._sessions:
            self._sessions.append(self._open())
        with sandbox.scratch_directory() as scratch:
            job = self._job(task, module, scratch)
            session = self._sessions[0]
            session.start(job)
            return self._reply(session.wait())

    def _job(self, task: Callable[[Any], Any], module: str | None, scratch: Path) -> Job:
        left = max(0.1, self._deadline - time.monotonic())
        return Job(
            task=self._pickle(task),
            file=self.exercise.file,
            source=read_answer(self.answer),
            module=module,
            limits=replace(self._limits, wall_s=left, cpu_s=min(self._limits.cpu_s, left + 1)),
            scratch=scratch,
            nonce=os.urandom(sandbox.NONCE_BYTES),
            path=tuple(map(str, self.exercise.lesson.packages)),
        )

    def _reply(self, outcome: sandbox.Outcome) -> Mapping[str, Any]:
        """Decode what came back; whatever is wrong with it ends the test."""
        if outcome.reply is not None:
            try:
                reply = wire.decode(outcome.reply)
                if isinstance(reply, dict) and isinstance(reply.get("kind"), str):
                    return reply
            except wire.WireError:
                pass
        raise ending_of(outcome, self._limits, self.call)

    def _pickle(self, task: Callable[[Any], Any]) -> bytes:
        """Copy a callable with what it uses; what a test file defines goes along by value."""
        if not self._registered:
            self._registered = True
            for module in _modules_below(self.exercise.lesson.path):
                cloudpickle.register_pickle_by_value(module)
        return cloudpickle.dumps(task)


def _modules_below(folder: Path) -> list[ModuleType]:
    """Return the modules loaded from a folder: the tests of a lesson and their helpers."""
    start = str(folder) + os.sep
    return [
        module
        for module in list(sys.modules.values())
        if str(getattr(module, "__file__", None) or "").startswith(start)
    ]
