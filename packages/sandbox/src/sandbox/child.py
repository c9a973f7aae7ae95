"""The one place where a learner's code runs: in a limited process of its own.

Nothing in here decides a verdict. It loads the learner's file, calls what the test has sent, and
says as data what came of it. The names that the answer is made with are bound before any
learner's code runs, and the reply channel is not among the standard streams; but a process cannot
be defended against the code that runs in it: whoever finds the channel can send *data* of their
own choice, exactly as their function could have returned it. The tests judge data, elsewhere.
"""

import contextlib
import os
import pickle
import random
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from sandbox import framing, import_hook, serialization
from sandbox.confinement import Limits, confine
from sandbox.import_hook import answer_module

LONGEST_TEXT = 2_000
MOST_FRAMES = 5
UNABLE = 70  # exit status of a child that could not even answer


@dataclass(frozen=True)
class Job:
    """A request to run something beside a learner's file.

    Attributes
    ----------
    task : bytes
        Pickle, made by the grader, of a callable. It gets the learner's module, or, where there
        is no `hole`, the scratch directory.
    file : str
        Name of the learner's file, which lies in `scratch`.
    hole : str or None
        The module, or function of a module, that the file is to be.
    nonce : bytes
        Comes before the answer, so that only what this child sends is taken for one.
    path : tuple of str
        Folders with the packages of the course.
    port : int
        What the task serves, 0 for nothing.
    """

    task: bytes
    file: str
    hole: str | None
    limits: Limits
    scratch: Path
    path: tuple[str, ...] = ()
    port: int = 0
    nonce: bytes = field(default_factory=lambda: os.urandom(16))


def prepare(job: Job) -> None:
    """Let what runs here find packages and file, and repeat no random numbers of another run."""
    sys.path[:0] = [str(job.scratch), *job.path]
    sys.dont_write_bytecode = True
    os.environ["PYTHONPATH"] = os.pathsep.join(job.path)
    # a fork has its parent's generators: unseeded code would look reproducible
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def answer(job: Job) -> bytes:
    """Do the job, and return what came of it as a message.

    The message is a dict with `kind`: "value" (and `value`), or, with the description of an
    error, "broken" (the file does not load), "undefined" (it lacks `name`), "raised", or
    "not data" (with `type`).
    """
    encode, described = serialization.encode, _describe
    try:
        target: Any = job.scratch
        if job.hole:
            import_hook.fill(job.hole, job.scratch / job.file)
            target = import_hook.load(job.hole)
    except BaseException as error:  # pylint: disable=broad-exception-caught  # sys.exit, too
        kind = "undefined" if _undefined_name(error, None, job) else "broken"
        return encode({"kind": kind, **described(error, None, job)})
    try:
        task: Callable[[Any], Any] = pickle.loads(job.task)  # from the grader, not from a learner
        value = task(target)
    except BaseException as error:  # pylint: disable=broad-exception-caught
        kind = "undefined" if _undefined_name(error, target, job) else "raised"
        return encode({"kind": kind, **described(error, target, job)})
    try:
        return encode({"kind": "value", "value": value})
    except serialization.NotDataError as error:
        return encode({"kind": "not data", "type": str(error), "text": _text(value)})


def _describe(error: BaseException, module: Any, job: Job) -> dict[str, Any]:
    """Say as data what was raised, and where: `frames` are the learner's lines on the way."""
    steps = traceback.extract_tb(error.__traceback__)
    return {
        "type": type(error).__qualname__,
        "bases": [base.__qualname__ for base in type(error).__mro__],
        "text": _text(error),
        "name": _undefined_name(error, module, job),
        "defined": [name for name in dir(module) if name[0] != "_"] if job.hole else [],
        "frames": _frames(error, steps, job.scratch),
    }


def _frames(error: BaseException, steps: traceback.StackSummary, scratch: Path) -> list[list[Any]]:
    """Return file, line number and source of each step through files that lie in `scratch`."""
    places = [(step.filename, step.lineno, step.line) for step in steps]
    if isinstance(error, SyntaxError):
        places.append((str(error.filename), error.lineno, error.text))
    frames = [
        [Path(file).relative_to(scratch).as_posix(), line, (text or "").strip()[:LONGEST_TEXT]]
        for file, line, text in places
        if Path(file).is_relative_to(scratch)
    ]
    return frames[-MOST_FRAMES:]


def _undefined_name(error: BaseException, module: Any, job: Job) -> str | None:
    """Return the name that a test or the package looked for in the learner's file, in vain."""
    if isinstance(error, AttributeError) and module is not None and error.obj is module:
        return error.name
    if isinstance(error, ImportError) and job.hole and error.name == answer_module(job.hole):
        match = re.match(r"cannot import name '(\w+)'", _text(error))
        return match[1] if match else None
    return None


def _text(value: Any) -> str:
    with contextlib.suppress(BaseException):  # a learner's __str__ may do anything
        return str(value)[:LONGEST_TEXT]
    return ""


def run(job: Job, reply: int) -> NoReturn:
    """Do the job in this process, send the answer to the file descriptor `reply`, and end.

    It ends at once: no exit handler, thread or `finally` of a learner gets a turn.
    """
    end, write, nonce = os._exit, os.write, job.nonce
    try:
        confine(job.limits, job.scratch, job.port)
        prepare(job)
        message = answer(job)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        rest = memoryview(nonce + framing.frame(message))
        while rest:
            rest = rest[write(reply, rest) :]
        end(0)
    except BaseException:  # pylint: disable=broad-exception-caught  # goes to what was printed
        traceback.print_exc()
    finally:
        end(UNABLE)
