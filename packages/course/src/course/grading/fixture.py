"""Finds the submission that a test is about."""

import contextlib
import functools
from collections.abc import Callable, Iterator

import pytest

from course.grading.examiner import Examiner
from course.grading.runner import AnswerRunner
from course.grading.submission import Submission
from course.lessons import load_course
from sandbox.confinement import Limits
from sandbox.sessions import ForkedSession, Session, SpawnedSession, can_fork
from sandbox.zygote import Zygote


def submission_for(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """Yield the answer that is examined; in a plain run of pytest, the learner's own file.

    Raises
    ------
    LookupError
        The tests belong to no exercise.
    """
    for plugin in request.config.pluginmanager.get_plugins():
        if isinstance(plugin, Examiner):
            yield Submission(plugin.runner)
            return
    course = load_course(request.path.parent)
    exercise = next((item for item in course.exercises if item.tests == request.path), None)
    if exercise is None:
        raise LookupError(f"no exercise of the course has the tests {request.path}")
    limits = Limits(wall_s=exercise.time_limit_s, cpu_s=exercise.time_limit_s)
    with contextlib.ExitStack() as stack:
        open_session: Callable[[], Session] = SpawnedSession
        if can_fork():
            zygote = stack.enter_context(contextlib.closing(Zygote()))
            open_session = functools.partial(ForkedSession, zygote.control)
        runner = AnswerRunner(exercise, exercise.answer, open_session, limits)
        yield Submission(stack.enter_context(contextlib.closing(runner)))
