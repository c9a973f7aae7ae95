"""The learner wrote tests: are they right about right code, and do they catch what is broken?

Nothing that the tests say of a mutant is believed on its own. A mutant is caught only by a test
that ran to its end in two processes: in one it passed, on the right code, and in the other it
failed, on the mutant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.grading.runner import AnswerRunner
from course.learner.messages import AnswerBroken, AnswerFailed
from course.sandbox.tasks import RunTests

# a text of the module and what it is replaced by, or a whole module
Mutant = tuple[str, str] | str


@dataclass(frozen=True)
class MutationResult:
    """What became of the learner's tests.

    Attributes
    ----------
    passed : tuple of str
        Names of the tests; all pass on the right code.
    caught : mapping of str to tuple of str
        For each mutant, the names of the tests that fail on it.
    """

    passed: tuple[str, ...]
    caught: Mapping[str, tuple[str, ...]]

    @property
    def missed(self) -> list[str]:
        """The mutants on which no test fails."""
        return [name for name, tests in self.caught.items() if not tests]


def run_on_mutants(
    runner: AnswerRunner, module: str, mutants: Mapping[str, Mutant], right: str
) -> MutationResult:
    """Run the learner's tests on the right code and on each mutant.

    Parameters
    ----------
    module, right : str
        Name of the module under test, and its right text.
    mutants : mapping of str to (str, str) or str
        What is wrong, and how.

    Raises
    ------
    AnswerBroken, AnswerFailed
        The tests do not load, do not pass on the right code, or there are none.
    """
    sources = {name: _mutate(right, name, mutant) for name, mutant in mutants.items()}
    passed = _passed(runner, module, right)
    caught = {}
    for name, source in sources.items():
        outcomes = _run(runner, module, source, f"pytest, where {module} {name}")["outcomes"]
        caught[name] = tuple(test for test in passed if outcomes.get(test) == "failed")
    runner.call.source = f"pytest, with the right {module} and with {len(sources)} broken ones"
    return MutationResult(passed, caught)


def _mutate(right: str, name: str, mutant: Mutant) -> str:
    if isinstance(mutant, str):
        return mutant
    old, new = mutant
    if old not in right:
        raise ValueError(f"mutant {name!r}: {old!r} is not in the right code")
    return right.replace(old, new)


def _passed(runner: AnswerRunner, module: str, source: str) -> tuple[str, ...]:
    """Return the names of the tests, none of which may fail on the right code."""
    file = runner.exercise.file
    result = _run(runner, module, source, f"pytest, with the right {module}")
    outcomes, messages = result["outcomes"], result["messages"]
    if "" in outcomes:
        raise AnswerBroken(f"{file} cannot be loaded.", {"error": messages.get("", "")})
    bad = [name for name, outcome in outcomes.items() if outcome in ("failed", "error")]
    if bad:
        facts = {name: messages.get(name, "") for name in bad[:3]}
        raise AnswerFailed("Your tests fail on code that is right.", facts)
    passed = tuple(name for name, outcome in outcomes.items() if outcome == "passed")
    if not passed:
        raise AnswerFailed(f"There is no test in {file} that runs.")
    return passed


def _run(runner: AnswerRunner, module: str, source: str, shown: str) -> dict[str, dict[str, str]]:
    """Return outcome and message of each test; what came back may be anything, and is made text."""
    value = runner.value(RunTests(runner.exercise.file, module, source), None, shown)
    return {key: _texts(value, key) for key in ("outcomes", "messages")}


def _texts(value: Any, key: str) -> dict[str, str]:
    table = value.get(key) if isinstance(value, dict) else None
    return {str(name): str(text) for name, text in table.items()} if isinstance(table, dict) else {}
