"""The fixture `submission`, for the tests of exercises.

The grader hands it in; with plain `pytest exercises/...` it is made for the learner's own file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from course.grading.submission import Submission


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """The learner's answer to the exercise whose tests these are."""
    # pylint: disable-next=import-outside-toplevel  # rarely needed
    from course.grading.fixture import submission_for

    yield from submission_for(request)
