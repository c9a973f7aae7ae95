"""For the tests of exercises: the fixtures `submission` and `seed`, and the mark `depends_on`.

The grader hands it in; with plain `pytest exercises/...` it is made for the learner's own file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from course.grading.submission import Submission


DEFAULT_SEED = 1
NOT_PASSED = pytest.StashKey[dict[str, str]]()  # why others are skipped, by the test's node id


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the seed be chosen."""
    about = "seed of the tables that the tests of exercises make"
    parser.addoption("--course-seed", type=int, default=DEFAULT_SEED, help=about)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    about = "depends_on(*names): skip this test where an earlier one of these names has not passed"
    config.addinivalue_line("markers", about)
    config.stash[NOT_PASSED] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See that each test depends on what stands before it in its file, run or not.

    Raises
    ------
    pytest.UsageError
        A name is that of no earlier test.
    """
    for item, name in ((item, name) for item in items for name in _earlier(item)):
        known = list(vars(item.parent.obj))
        own = item.originalname
        if not name.startswith("test") or name not in known[: known.index(own)]:
            raise pytest.UsageError(
                f"{own} depends on {name}, which is no earlier test of its file"
            )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that would only repeat what an earlier one has found."""
    for name in _earlier(item):
        if reason := item.config.stash[NOT_PASSED].get(f"{item.parent.nodeid}::{name}"):
            pytest.skip(reason)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Note a test that does not pass; one that is skipped hands on its reason."""
    if call.excinfo is not None:
        skipped = isinstance(call.excinfo.value, pytest.skip.Exception)
        test = item.nodeid.partition("[")[0]
        reason = str(call.excinfo.value) if skipped else f"{test.rpartition('::')[2]} has failed"
        item.config.stash[NOT_PASSED].setdefault(test, reason)


def _earlier(item: pytest.Item) -> list[str]:
    """Return the names of the tests that a test depends on."""
    return [name for mark in item.iter_markers("depends_on") for name in mark.args]


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
