from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desks import LIMITS, Desk
from targets import Graders, nothing_is_left

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


@pytest.fixture(scope="session")
def graders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graders]:
    """Graders for all tests, one for each way."""
    with ExitStack() as stack:
        yield Graders(tmp_path_factory.mktemp("course"), stack)


@pytest.fixture(scope="session")
def scratch_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nobody else makes folders; its path is short, for the sockets of kernels."""
    return tmp_path_factory.mktemp("t")


@pytest.fixture(params=["plain", "strict"])
def guarded(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    graders: Graders,
    scratch_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A desk for each way of grading, at which nothing may be left behind."""
    grader = graders.get(request.param)
    monkeypatch.setattr("tempfile.tempdir", str(scratch_folder))
    with nothing_is_left(grader, scratch_folder):
        yield Desk(tmp_path, grader)
