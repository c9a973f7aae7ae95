"""Verdicts on answers: the one door of the grader."""

import ast
import contextlib
import io
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import psutil

from course.learner.answers import read_answer
from course.learner.messages import AnswerBroken, MachineTrouble, compose, seconds
from course.lessons import Course, Exercise
from course.lessons.needs import unmet_needs
from course.lessons.stubs import fingerprint, is_untouched
from sandbox import framing, serialization, zygote
from sandbox.confinement import Limits, scratch_directory, scrubbed_environment
from sandbox.namespaces import IsolationError, can_isolate, trouble
from sandbox.sessions import can_fork

PASSED, FAILED, TODO, BROKEN, TIMEOUT = "passed", "failed", "todo", "broken", "timeout"
NOT_VERIFIED = "not verified"
NOT_YOURS = "Not graded: something is wrong with this machine, and not with your answer.\n"
LARGEST_VERDICT = 2**20
ROLES = {"supervisor": zygote.SUPERVISOR, "examiner": "course.grading.worker:examine_for"}
# what a role needs of ours, and what for notebooks
OWN = {
    "supervisor": ("pytest", "ipykernel.kernelapp"),
    "examiner": ("course.grading.examiner", "course.notebooks.grading"),
}
Tell = Callable[[str], None]
Reference = Sequence[Sequence[Mapping[str, Any]]]  # outputs of each cell, as Jupyter has them
START_S = 15.0  # for a spawned examiner, to load what a forked one has loaded


def nobody(_: str) -> None:
    """Be told what the grader is at, and keep it for oneself."""


@dataclass(frozen=True)
class Verdict:
    """What the grader says of one answer.

    Attributes
    ----------
    verdict : str
        "passed", "failed", "todo", "broken", "timeout", or "not verified": this machine cannot
        tell.
    message : str
        For the learner; empty where there is nothing to say.
    failed_tests : tuple of str
        Names of the tests that failed; of a notebook, ids of cells.
    points : int
        Those that were earned: of an exercise that passed all, or as many as a test awards.
    possible : int
        Those that could be earned: none where this machine cannot tell.
    seconds : float
        How long it took, wall clock.
    trouble : bool
        This machine failed, rather than lacking what the exercise needs.
    answer : str or None
        The fingerprint of what was graded: the file may have been saved again meanwhile.
    """

    id: str
    title: str
    verdict: str
    message: str
    points: int
    possible: int
    seconds: float
    trouble: bool = False
    failed_tests: tuple[str, ...] = ()
    answer: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields for a report."""
        fields = {**vars(self), "seconds": round(self.seconds, 3)}
        for name in ("trouble", "failed_tests", "answer"):
            del fields[name]
        return fields


class Judgement(NamedTuple):
    """What an examiner says: of a pass with the points, and with a message where they are few.

    `reference` is the values of the cells of a solution that is a notebook, if all were run.
    """

    verdict: str
    message: str = ""
    points: int = 0
    failed_tests: tuple[str, ...] = ()
    reference: Reference | None = None


@dataclass(frozen=True)
class Examination:
    """A request to an examiner: run the tests of an exercise on an answer.

    `scratch` is the folder for all that is only needed meanwhile; `seed` is that of the tables
    that the tests make, None for the usual one; `strict` for an answer that is not trusted.
    `reference` is what a notebook is compared with, where that has been run with this seed.
    """

    exercise: Exercise
    answer: Path
    limits: Limits
    scratch: Path
    seed: int | None = None
    strict: bool = False
    reference: Reference | None = None


class Grader:
    """Grades answers, and stays warm between them. Its methods may be called from any thread.

    Parameters
    ----------
    course : Course
        Says what is loaded beforehand, and where the packages are.
    limits : Limits, optional
        What an answer may take. The time comes from the exercise.
    exercises : iterable of Exercise, optional
        Which are to be graded: what their lessons load is loaded beforehand, too.
    strict : bool
        Answers are not trusted: they see nothing but themselves, and have no network.

    Attributes
    ----------
    weaker : str
        What answers are kept apart by, where they get no namespaces here, and why; or empty.

    Raises
    ------
    IsolationError
        Strict grading is not to be had here; the message says what is missing.
    """

    def __init__(
        self,
        course: Course,
        limits: Limits = Limits(),
        exercises: Iterable[Exercise] = (),
        strict: bool = False,
    ):
        self.course = course
        self.strict = strict
        reason = trouble(strict)
        if strict and reason:
            raise IsolationError(f"Nothing was graded: --strict is not to be had here. {reason}")
        self.weaker = f"Answers run with Landlock and seccomp alone. {reason}" if reason else ""
        self.limits = replace(limits, isolated=can_isolate() and not reason)
        exercises = list(exercises)
        more = [name for exercise in exercises for name in exercise.lesson.preload]
        self._preload = [*course.preload, *dict.fromkeys(more)]
        # the tests may load the packages once for all, and answers never: theirs has a hole in it
        self._for_tests = _imported(exercise.tests for exercise in exercises)
        self._loaded = 0.0  # the time of the packages' last change, when the examiner loaded them
        self._zygotes: dict[str, zygote.Zygote] = {}
        self._references: dict[tuple[str, int | None], Reference] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes that are kept warm."""
        with self._lock:
            for process in self._zygotes.values():
                process.close()
            self._zygotes.clear()

    def warm_up(self) -> None:
        """Start what the first verdict would have to wait for, without waiting."""
        if can_fork():
            self._ready("supervisor")
            self._ready("examiner")

    def grade(
        self,
        exercise: Exercise,
        answer: Path | None = None,
        force: bool = False,
        seed: int | None = None,
        tell: Tell = nobody,
    ) -> Verdict:
        """Return the verdict on an answer.

        Parameters
        ----------
        answer : Path, optional
            A file in place of the learner's own.
        force : bool
            Run the tests even on an untouched stub.
        seed : int, optional
            Of the tables that the tests make.
        tell : callable, optional
            Is told what the grader is at, in a few words.
        """
        started, trouble = time.monotonic(), False
        answer, graded = answer or exercise.answer, None
        try:
            read_answer(answer)
            graded = fingerprint(exercise, answer)
            result = self._judge(exercise, answer, force, seed, tell)
        except AnswerBroken as error:
            result = Judgement(BROKEN, str(error))
        except (OSError, MachineTrouble) as error:
            result, trouble = Judgement(NOT_VERIFIED, f"{NOT_YOURS}{error}"), True
        message = result.message
        if result.verdict == PASSED:
            message = f"{exercise.passed}\n{message}".rstrip()
        possible = 0 if result.verdict == NOT_VERIFIED else exercise.points
        said = exercise.id, exercise.title, result.verdict, message, result.points, possible
        took = time.monotonic() - started
        return Verdict(*said, took, trouble, result.failed_tests, graded)

    def grade_many(
        self,
        exercises: Iterable[Exercise],
        on_verdict: Callable[[Verdict], None] | None = None,
        jobs: int | None = None,
        seed: int | None = None,
        tell: Tell = nobody,
    ) -> list[Verdict]:
        """Return the verdicts on the learner's answers, in the order of `exercises`.

        Parameters
        ----------
        on_verdict : callable, optional
            Is told each verdict as soon as it is there, from this thread.
        jobs : int, optional
            How many to grade at a time; as many as there are processors, if not given.
        seed : int, optional
            Of the tables that the tests make.
        tell : callable, optional
            Is told what the grader is at, in a few words, from any thread.
        """

        def grade(exercise: Exercise) -> Verdict:
            return self.grade(exercise, seed=seed, tell=lambda text: tell(f"{exercise.id}: {text}"))

        with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
            pending = [pool.submit(grade, exercise) for exercise in exercises]
            try:
                for done in as_completed(pending):
                    if on_verdict is not None:
                        on_verdict(done.result())
            except BaseException:
                # who interrupts waits neither for the rest nor for an answer that never ends
                pool.shutdown(wait=False, cancel_futures=True)
                self.interrupt()
                raise
            return [done.result() for done in pending]

    def interrupt(self) -> None:
        """End what is graded at present; the threads that wait for a verdict then clean up."""
        with self._lock, contextlib.suppress(psutil.Error):
            for one in self._zygotes.values():
                process = psutil.Process(one.process.pid)
                for running in (*process.children(recursive=True), process):
                    running.kill()

    def _judge(
        self, exercise: Exercise, answer: Path, force: bool, seed: int | None, tell: Tell
    ) -> Judgement:
        if not force and is_untouched(exercise, answer):
            return Judgement(TODO)
        if lacking := unmet_needs(exercise, self.strict):
            sentence = f"Not verified: this needs {' and '.join(lacking)}, not to be had here."
            facts = {"what would help": "\n".join(lacking.values())}
            return Judgement(NOT_VERIFIED, compose(sentence, facts))
        limits = replace(self.limits, wall_s=exercise.time_limit_s, cpu_s=exercise.time_limit_s)
        started = time.monotonic()
        # here, and not in the examiner: it goes also where that one is ended
        with scratch_directory() as scratch:
            known = self._references.get((exercise.id, seed))
            request = pickle.dumps(
                Examination(
                    exercise, answer.resolve(), limits, scratch.parent, seed, self.strict, known
                )
            )
            result = (self._forked if can_fork() else _spawned)(request, limits, tell)
        if result is not None:
            if seed is not None and result.reference:
                self._references[exercise.id, seed] = result.reference
            if result.verdict == MachineTrouble.verdict:
                raise MachineTrouble(result.message)
            return result
        if time.monotonic() - started >= limits.wall_s:
            return Judgement(TIMEOUT, f"Grading was stopped after {seconds(limits.wall_s)}.")
        return Judgement(FAILED, "Your code ended the process that grades it.")

    def _forked(self, request: bytes, _: Limits, tell: Tell) -> Judgement | None:
        """Send a request to a fork of the examiner; None where it ended without a verdict."""
        zygotes = self._ready("supervisor"), self._ready("examiner")
        try:
            for process in zygotes:
                process.wait()
            connection = zygote.connect(zygotes[1].control, zygotes[0].control.fileno())
            with connection, connection.makefile("rwb") as stream:
                framing.send(stream, request)
                result = _judgement(stream, tell)
        except OSError:
            result = None
        if result is None and any(process.crashed() for process in zygotes):
            raise MachineTrouble("the grader's own processes do not start.")
        return result

    def _ready(self, role: str) -> zygote.Zygote:
        """Return the zygote of a role: a learner's code may have ended the last one."""
        with self._lock:
            process = self._zygotes.get(role)
            changed = self._last_change() if role == "examiner" else 0.0
            stale = changed > self._loaded
            if process is None or stale or not process.alive:
                if process is not None:
                    process.close()
                notebooks = any(item.kind == "notebook" for item in self.course.exercises)
                preload = [*OWN[role][: 1 + notebooks], *self._preload]
                if role == "examiner":
                    preload += self._for_tests
                    self._loaded = changed
                self._zygotes[role] = process = zygote.Zygote(ROLES[role], preload)
            return process

    def _last_change(self) -> float:
        """Return when a module of the packages was changed, as far as tests load them ahead."""
        files = (file for folder in self.course.packages for file in folder.rglob("*.py"))
        return max((file.stat().st_mtime for file in files), default=0.0) if self._for_tests else 0


def _imported(files: Iterable[Path]) -> list[str]:
    """Return the modules that test files, and the `conftest.py` beside each, import."""
    names: set[str] = set()
    for file in {place for file in files for place in (file, file.with_name("conftest.py"))}:
        with contextlib.suppress(OSError, SyntaxError):
            for node in ast.parse(file.read_bytes()).body:
                if isinstance(node, ast.Import):
                    names.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module)
    return sorted(names)


def _judgement(stream: BinaryIO, tell: Tell) -> Judgement | None:
    """Read what an examiner says on the way, and in the end; None where that does not come."""
    while (message := framing.receive(stream, LARGEST_VERDICT)) is not None:
        said = serialization.decode(message)
        if not isinstance(said, str):
            return Judgement(*said)
        tell(said)
    return None


def _spawned(request: bytes, limits: Limits, tell: Tell) -> Judgement | None:
    """Send a request to an examiner of its own; None where it ended without a verdict."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "course.grading.worker"],
        env={**scrubbed_environment(), "SANDBOX_NO_FORK": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            output, _ = process.communicate(
                framing.frame(request), limits.wall_s + limits.tests_s + START_S
            )
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    return _judgement(io.BytesIO(output), tell)
