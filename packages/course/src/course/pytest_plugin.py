"""The fixture `submission`, for the tests of exercises.

The grader hands it in; with plain `pytest exercises/...` it is made for the learner's own file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from course.submission import Submission


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """The learner's answer to the exercise whose tests these are."""
    from course import submitting  # pylint: disable=import-outside-toplevel  # rarely needed

    with contextlib.ExitStack() as stack:
        yield stack.enter_context(submitting.submission_for(request))
