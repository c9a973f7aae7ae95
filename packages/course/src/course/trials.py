"""The learner wrote tests: are they right about right code, and do they catch what is broken?

Nothing that the tests say of a broken variant is believed on its own. A variant is caught only by
a test that ran to its end in two processes: in one it passed, on the right code, and in the other
it failed, on the variant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course.bench import Bench
from course.chores import RunTests
from course.feedback import AnswerBroken, AnswerFailed
from course.lessons import Exercise

# a text of the module and what it is replaced by, or a whole module
Variant = tuple[str, str] | str


@dataclass(frozen=True)
class Trial:
    """What became of the learner's tests.

    Attributes
    ----------
    passed : tuple of str
        Names of the tests; all pass on the right code.
    caught : mapping of str to tuple of str
        For each variant, the names of the tests that fail on it.
    """

    passed: tuple[str, ...]
    caught: Mapping[str, tuple[str, ...]]

    @property
    def missed(self) -> list[str]:
        """The variants on which no test fails."""
        return [name for name, tests in self.caught.items() if not tests]


def hold(bench: Bench, module: str, variants: Mapping[str, Variant], right: str) -> Trial:
    """Run the learner's tests on the right code and on each variant.

    Raises
    ------
    AnswerBroken, AnswerFailed
        The tests do not load, do not pass on the right code, or there are none.
    """
    sources = {name: _vary(right, name, variant) for name, variant in variants.items()}
    passed = _passed(bench, module, right)
    caught = {}
    for name, source in sources.items():
        outcomes = _run(bench, module, source, f"pytest, where {module} {name}")["outcomes"]
        caught[name] = tuple(test for test in passed if outcomes.get(test) == "failed")
    bench.call.source = f"pytest, with the right {module} and with {len(sources)} broken ones"
    return Trial(passed, caught)


def _vary(right: str, name: str, variant: Variant) -> str:
    if isinstance(variant, str):
        return variant
    old, new = variant
    if old not in right:
        raise ValueError(f"variant {name!r}: {old!r} is not in the right code")
    return right.replace(old, new)


def _passed(bench: Bench, module: str, source: str) -> tuple[str, ...]:
    """Return the names of the tests, none of which may fail on the right code."""
    file = bench.exercise.file
    result = _run(bench, module, source, f"pytest, with the right {module}")
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


def _run(bench: Bench, module: str, source: str, shown: str) -> dict[str, dict[str, str]]:
    """Return outcome and message of each test; what came back may be anything, and is made text."""
    value = bench.value(RunTests(bench.exercise.file, module, source), None, shown)
    return {key: _texts(value, key) for key in ("outcomes", "messages")}


def _texts(value: Any, key: str) -> dict[str, str]:
    table = value.get(key) if isinstance(value, dict) else None
    return {str(name): str(text) for name, text in table.items()} if isinstance(table, dict) else {}


def right_code(exercise: Exercise, module: str) -> str:
    """Return the text of a module of the course's packages.

    Raises
    ------
    LookupError
        No package has it.
    """
    base = module.replace(".", "/")
    for folder in exercise.lesson.packages:
        for path in (folder / f"{base}.py", folder / base / "__init__.py"):
            if path.is_file():
                return path.read_text(encoding="utf-8")
    raise LookupError(f"no package of the course has a module {module}")
