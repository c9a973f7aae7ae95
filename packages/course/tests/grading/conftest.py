from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import LIMITS, Desk

from course.grading import Grader
from course.lessons import Course


@pytest.fixture(scope="session")
def warm_grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """A grader for all tests; its processes start once."""
    root = tmp_path_factory.mktemp("course")
    with Grader(Course(root, "Test", (), preload=("numpy", "pandas", "pyarrow")), LIMITS) as grader:
        yield grader


@pytest.fixture
def desk(tmp_path: Path, warm_grader: Grader) -> Desk:
    return Desk(tmp_path, warm_grader)
