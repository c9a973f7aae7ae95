"""The learner wrote tests: are they right about right code, and do they catch what is broken?

Nothing that the tests say of a mutant is believed on its own. The right code is run twice as it is
and at least twice as a decoy, which behaves the same: another text of the author's, or the same one
written anew. These and the mutants, which are written anew as well, come in a secret order, each in
a process of its own. A mutant is caught by a test that passed each time on right code, and failed
on the mutant.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from course.grading.runner import AnswerRunner
from course.learner.answers import read_answer
from course.learner.messages import AnswerBroken, AnswerFailed
from sandbox.decoys import LOT, rewrite
from sandbox.tasks import RunTests

# a text of the module and what it is replaced by, or a whole module
Mutant = tuple[str, str] | str
RIGHT, DECOY = "the right", "a decoy of the right"


class Result(NamedTuple):
    """What one run of the tests said: outcome and message of each, by name."""

    outcomes: Mapping[str, str]
    messages: Mapping[str, str]


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
    runner: AnswerRunner,
    module: str,
    mutants: Mapping[str, Mutant],
    right: str,
    decoys: Sequence[Mutant] = (),
) -> MutationResult:
    """Run the learner's tests on the right code and on each mutant.

    Parameters
    ----------
    module, right : str
        Name of the module under test, and its right text.
    mutants : mapping of str to (str, str) or str
        What is wrong, and how.
    decoys : sequence of (str, str) or str
        Other texts that are as right.

    Raises
    ------
    AnswerBroken, AnswerFailed
        The tests do not load, do not pass on the right code, or there are none.
    """
    on_right: list[tuple[str, Result]] = []
    on_mutants: dict[str, Result] = {}

    def run_each(runs: Iterator[tuple[str, str, str]], runner: AnswerRunner) -> None:
        with closing(runner):
            for number, kind, source in runs:
                runner.tell(f"your tests, on version {number}")
                if kind not in mutants:
                    result = _run(runner, module, source, f"pytest, with {kind} {module}")
                    on_right.append((kind, result))
                elif not any(_failing(result) for _, result in on_right):
                    shown = f"pytest, where {module} {kind}"
                    on_mutants[kind] = _run(runner, module, source, shown)

    waiting = _versions(right, mutants, decoys)  # two at a time: a small machine has two cores
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run_each, waiting, runner.beside()) for _ in range(2)]:
            done.result()
    passed = _passed(runner, on_right, alike=not decoys)
    caught = {
        name: tuple(test for test in passed if on_mutants[name].outcomes.get(test) == "failed")
        for name in mutants
    }
    runner.call.source = f"pytest, with the right {module} and with {len(mutants)} broken ones"
    return MutationResult(passed, caught)


def _versions(
    right: str, mutants: Mapping[str, Mutant], decoys: Sequence[Mutant]
) -> Iterator[tuple[str, str, str]]:
    """Return each version that is run: "3 of 12", what it is, and its text."""
    texts = [_mutate(right, name, mutant) for name, mutant in mutants.items()]
    others = [_mutate(right, DECOY, decoy) for decoy in decoys] or [right]
    kinds = [*mutants, *[DECOY] * len(others)]
    # of one decoy alone nobody would know whether the tests change their minds
    which = [*range(len(kinds)), *[len(texts)] * (len(others) < 2)]
    texts += others
    versions = [(RIGHT, right)] * 2 + [(kinds[n], rewrite([*texts, right], n)) for n in which]
    LOT.shuffle(versions)
    return iter([(f"{n} of {len(versions)}", *it) for n, it in enumerate(versions, start=1)])


def _mutate(right: str, name: str, mutant: Mutant) -> str:
    if isinstance(mutant, str):
        return mutant
    old, new = mutant
    if old not in right:
        raise ValueError(f"mutant {name!r}: {old!r} is not in the right code")
    return right.replace(old, new)


def _failing(result: Result) -> list[str]:
    return [test for test, how in result.outcomes.items() if how in ("failed", "error")]


def _passed(
    runner: AnswerRunner, results: Sequence[tuple[str, Result]], alike: bool
) -> tuple[str, ...]:
    """Return the names of the tests, none of which may fail on the right code or a decoy.

    Where the decoys are `alike`, a test that fails on one alone has changed its mind.
    """
    file = runner.exercise.file
    # what is said of the right code itself is easier to read than what is said of a decoy
    results = sorted(results, key=lambda result: result[0] == DECOY)
    for _, result in results:
        if "" in result.outcomes:
            error = result.messages.get("", "")
            raise AnswerBroken(f"{file} cannot be loaded.", {"error": error})
    for kind in (RIGHT, DECOY) if alike else (RIGHT,):
        one, other = (result for each, result in results if each == kind)
        if unsteady := [test for test, _ in one.outcomes.items() ^ other.outcomes.items()]:
            raise AnswerFailed(
                "Your tests change their minds: run twice on the same right code, they pass once "
                "and fail once.",
                {unsteady[0]: (one.messages | other.messages).get(unsteady[0], "")},
            )
    tree = ast.parse(read_answer(runner.answer))
    for kind, result in results:
        if _failing(result):
            raise _fails_on_right_code(kind, result, tree)
    outcomes = results[0][1].outcomes
    if not outcomes:
        functions = ", ".join(function.name for function in _functions(tree))
        sentence = f"No function in {file} begins with `test_`, and pytest runs no other."
        raise AnswerFailed(sentence, {"there is": functions} if functions else {})
    passed = tuple(name for name, outcome in outcomes.items() if outcome == "passed")
    if not passed:
        raise AnswerFailed(f"There is no test in {file} that runs.")
    return passed


def _fails_on_right_code(kind: str, result: Result, tree: ast.Module) -> AnswerFailed:
    bad = _failing(result)
    facts = {name: result.messages.get(name, "") for name in bad[:3]}
    for test, fixture in _not_asked_for(tree):
        if any(name.partition("[")[0] == test for name in bad):
            return AnswerFailed(
                f"`{test}` uses the fixture `{fixture}` without asking for it: name it among the "
                f"parameters, `def {test}({fixture}):`.",
                dict(list(facts.items())[:1]),
            )
    if kind == DECOY:
        return AnswerFailed(
            "Your tests fail on code that does the same and is written in another way: let them "
            "look at what it does, not at how it is written.",
            facts,
        )
    return AnswerFailed("Your tests fail on code that is right.", facts)


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


def _run(runner: AnswerRunner, module: str, source: str, shown: str) -> Result:
    """Return outcome and message of each test; what came back may be anything, and is made text."""
    value = runner.value(RunTests(runner.exercise.file, module, source), None, shown)
    return Result(_texts(value, "outcomes"), _texts(value, "messages"))


def _texts(value: Any, key: str) -> dict[str, str]:
    table = value.get(key) if isinstance(value, dict) else None
    return {str(name): str(text) for name, text in table.items()} if isinstance(table, dict) else {}
