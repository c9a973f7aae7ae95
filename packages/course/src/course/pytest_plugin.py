"""The fixtures `submission` and `seed`, for the tests of exercises.

The grader hands it in; with plain `pytest exercises/...` it is made for the learner's own file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from course.grading.submission import Submission


DEFAULT_SEED = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the seed be chosen."""
    about = "seed of the tables that the tests of exercises make"
    parser.addoption("--course-seed", type=int, default=DEFAULT_SEED, help=about)


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of the tables of this run: an answer must be right for any."""
    return int(request.config.getoption("--course-seed"))


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """The learner's answer to the exercise whose tests these are."""
    # pylint: disable-next=import-outside-toplevel  # rarely needed
    from course.grading.fixture import submission_for

    yield from submission_for(request)
