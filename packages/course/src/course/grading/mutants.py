"""The learner wrote tests: are they right about right code, and do they catch what is broken?

Nothing that the tests say of a mutant is believed on its own. A mutant is caught only by a test
that ran to its end in two processes: in one it passed, on the right code, and in the other it
failed, on the mutant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from course.grading.runner import AnswerRunner
from course.learner.answers import read_answer
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

    def assert_all_caught(self, advice: Mapping[str, str]) -> None:
        """See that no mutant is missed.

        Parameters
        ----------
        advice : mapping of str to str
            For each mutant, what to look at.

        Raises
        ------
        AssertionError
            Some are; the message names them all.
        """
        caught = len(self.caught) - len(self.missed)
        missed = [f"  - {name}: {advice[name]}" for name in self.missed]
        if missed:
            head = f"Your tests catch {caught} of {len(self.caught)}. They all pass on code that"
            raise AssertionError("\n".join([head, *missed]))


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
    tree = ast.parse(read_answer(runner.answer))
    bad = [name for name, outcome in outcomes.items() if outcome in ("failed", "error")]
    for test, fixture in _not_asked_for(tree):
        if any(name.partition("[")[0] == test for name in bad):
            raise AnswerFailed(
                f"`{test}` uses the fixture `{fixture}` without asking for it: name it among the "
                f"parameters, `def {test}({fixture}):`.",
                {name: messages.get(name, "") for name in bad[:1]},
            )
    if bad:
        facts = {name: messages.get(name, "") for name in bad[:3]}
        raise AnswerFailed("Your tests fail on code that is right.", facts)
    passed = tuple(name for name, outcome in outcomes.items() if outcome == "passed")
    if not outcomes:
        functions = ", ".join(function.name for function in _functions(tree))
        sentence = f"No function in {file} begins with `test_`, and pytest runs no other."
        raise AnswerFailed(sentence, {"there is": functions} if functions else {})
    if not passed:
        raise AnswerFailed(f"There is no test in {file} that runs.")
    return passed


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _not_asked_for(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each function that uses a fixture of the file by name, which is not its value."""
    functions = _functions(tree)
    fixtures = [
        function.name
        for function in functions
        if any("fixture" in ast.unparse(item) for item in function.decorator_list)
    ]
    for function in functions:
        own = {
            argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)
        }
        names = [node.id for node in ast.walk(function) if isinstance(node, ast.Name)]
        yield from ((function.name, name) for name in names if name in fixtures and name not in own)


def _run(runner: AnswerRunner, module: str, source: str, shown: str) -> dict[str, dict[str, str]]:
    """Return outcome and message of each test; what came back may be anything, and is made text."""
    value = runner.value(RunTests(runner.exercise.file, module, source), None, shown)
    return {key: _texts(value, key) for key in ("outcomes", "messages")}


def _texts(value: Any, key: str) -> dict[str, str]:
    table = value.get(key) if isinstance(value, dict) else None
    return {str(name): str(text) for name, text in table.items()} if isinstance(table, dict) else {}
