"""Further ways to judge an answer: decisions by what they cost, a checker by what it lets through,
a server by how another one answered.

Costs, verdicts and recorded answers stay here. What comes back from the answer's process is
compared once it is known to be of the kind that was asked for.
"""

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from course.grading.explanations import Call, show, source_of
from course.grading.runner import SHORTEST_S, AnswerRunner
from course.learner.messages import AnswerFailed, AnswerTimeout, compose, seconds
from sandbox.decoys import LOT

MOST_TOLD = 3  # of wrong decisions
LARGEST_BODY = 2**24  # bytes
Decision = bool | int | str
Difference = tuple[str, str, str]  # where, what came back, what is expected


# -- a policy under cost ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Something to be decided: what the policy is given, and what each possible decision costs."""

    name: str
    given: Any
    costs: Mapping[Decision, float]

    @property
    def least(self) -> float:
        """What the cheapest decision costs."""
        return min(self.costs.values())

    def cost(self, decision: Any) -> float:
        """Return what a possible decision costs; `1` and `True`, which are equal, are two."""
        for known, cost in self.costs.items():
            if type(known) is type(decision) and known == decision:
                return cost
        possible = ", ".join(map(show, self.costs))
        facts = {"case": self.name, "came back": show(decision), "possible": possible}
        raise AnswerFailed("This is none of the possible decisions.", facts)


def judge_policy(
    runner: AnswerRunner,
    hole: str,
    decide: Callable[[Any, Any], Any],
    cases: Sequence[Case],
    steps: Mapping[float, int],
    best: float | None = None,
) -> tuple[int, str]:
    """Have every case decided, and return the points earned, and why.

    AnswerFailed says that the decisions cost too much, or that one is not possible.
    `decide(module, given)` returns the decision on one case. `steps` say up to which regret (cost
    beyond the best known) there are how many points; beyond the last the answer fails. `best` is
    the best known cost in all; that of the cheapest decision in each case, if not given.
    """
    decided = _decide_all(runner, hole, decide, cases)
    # rounded once, so that an order drawn by lot does not matter
    total = math.fsum(case.cost(decision) for case, decision in decided)
    least = math.fsum(case.least for case in cases) if best is None else best
    sentence = f"Your decisions cost {_number(total)} in all, {_number(least)} is the best known"
    wrong = sorted((case.cost(it) - case.least, case.name, show(it)) for case, it in decided)
    told = [
        f"{name}: {decision} costs {_number(more)} more than need be"
        for more, name, decision in wrong[: -MOST_TOLD - 1 : -1]
        if more > 0
    ]
    facts = {"costliest": "\n".join(told)}
    earned = [points for regret, points in steps.items() if total - least <= regret]
    if not earned:
        limit = f"{sentence}: at most {_number(max(steps))} more than that passes."
        raise AnswerFailed(limit, facts)
    return max(earned), compose(f"{sentence}.", facts)


def _decide_all(
    runner: AnswerRunner, hole: str, decide: Callable[[Any, Any], Any], cases: Sequence[Case]
) -> list[tuple[Case, Any]]:
    order = LOT.sample(list(cases), len(cases))
    givens = [case.given for case in order]  # all that goes to the answer's process

    def decide_each(code: Any) -> list[Any]:
        return [decide(code, given) for given in givens]

    decisions = runner.value(decide_each, hole, source_of(decide))
    if not isinstance(decisions, list) or len(decisions) != len(order):
        raise AnswerFailed("One decision is expected for each case.", runner.call.facts())
    return list(zip(order, map(_plain, decisions)))


def _plain(value: Any) -> Any:
    """Return a NumPy scalar as Python's own; everything else as it is."""
    scalar = type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    return value.item() if scalar else value


def _number(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")


# -- a zoo for a checker ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Specimen:
    """A file that is good or broken, and what to look at for whoever misjudges it."""

    name: str
    content: bytes | str
    good: bool
    advice: str


def judge_checker(
    runner: AnswerRunner,
    hole: str,
    task: Callable[[Any, Path], Any],
    specimens: Sequence[Specimen],
    file: str,
) -> None:
    """Have each specimen judged twice, in a secret order, each time in a process of its own.

    AssertionError names all that are misjudged; AnswerFailed says that not True or False came back,
    or now one and now the other.
    `task(module, path)` returns True for what the learner's checker takes for good; `file` is the
    name that every specimen has: it gives nothing away.
    """
    judged: dict[Specimen, bool] = {}
    for specimen in LOT.sample([*specimens, *specimens], 2 * len(specimens)):
        judge = _judging(task, _bytes(specimen.content), file)
        verdict = _plain(runner.value(judge, hole, f"{source_of(task)}  # {specimen.name}"))
        if not isinstance(verdict, bool):
            facts = {"called": runner.call.source, "came back": show(verdict)}
            raise AnswerFailed("True or False is expected of a checker.", facts)
        if judged.setdefault(specimen, verdict) is not verdict:
            sentence = "Your checker changes its mind about the same file."
            raise AnswerFailed(sentence, {"file": specimen.name})
    runner.call = Call(f"{source_of(task)}, for each of {len(specimens)} files")
    missed = [
        f"  - {item.name}, {'good' if item.good else 'broken'}: {item.advice}"
        for item in specimens
        if judged[item] is not item.good
    ]
    if missed:
        right = len(specimens) - len(missed)
        head = f"Your checker is right about {right} of {len(specimens)} files, and wrong about"
        raise AssertionError("\n".join([head, *missed]))


def _judging(task: Callable[[Any, Path], Any], content: bytes, file: str) -> Callable[[Any], Any]:
    """Return the task with one specimen: nothing else goes to the answer's process."""

    def judge(code: Any) -> Any:
        path = Path(file).resolve()
        path.write_bytes(content)
        return task(code, path)

    return judge


# -- a replay --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """A recorded request, and how it was answered."""

    name: str  # what it is about, for the learner
    method: str
    path: str
    status: int
    content_type: str
    answer: bytes | str  # compared as data if it is JSON, byte by byte if not
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def judge_server(
    runner: AnswerRunner,
    serving: AbstractContextManager[Any],
    recording: Sequence[Exchange],
    ignore: Collection[str] = (),
) -> None:
    """Ask a server what another was asked, one after the other, and compare the answers.

    AnswerFailed tells the first other answer in full, and further ones by name; AnswerTimeout, that
    the time is over.

    `serving` gives the learner's server, which has a `port`; `ignore` names fields of JSON that
    have to be there, at any depth, and may have any value.
    """
    different: list[tuple[Exchange, Difference]] = []
    with serving as server:
        for exchange in recording:
            try:
                found = _difference(exchange, _ask(server.port, exchange, runner.left_s), ignore)
            except (OSError, HTTPException) as error:
                if runner.left_s <= SHORTEST_S:
                    stopped = f"Your code was stopped after {seconds(runner.limits.wall_s)}."
                    raise AnswerTimeout(stopped, {"request": _request(exchange)}) from None
                found = "answer", f"none ({type(error).__name__}: {error})", "one"
            if found is not None:
                different.append((exchange, found))
    if different:
        (first, found), *others = different
        facts = {"request": _request(first), **dict(zip(("where", "came back", "expected"), found))}
        if others:
            facts["also different"] = ", ".join(exchange.name for exchange, _ in others)
        sentence = f"{first.name}: the answer is not the one that was recorded."
        raise AnswerFailed(sentence, facts | runner.call.facts())


def _ask(port: int, exchange: Exchange, timeout: float) -> tuple[int, str, bytes]:
    """Return status, content type and body of an answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        body = _bytes(exchange.body) or None
        connection.request(exchange.method, exchange.path, body, dict(exchange.headers))
        response = connection.getresponse()
        return response.status, response.getheader("Content-Type", ""), response.read(LARGEST_BODY)


def _difference(
    exchange: Exchange, answer: tuple[int, str, bytes], ignore: Collection[str]
) -> Difference | None:
    """Return the first thing in which an answer differs from the one recorded."""
    status, content_type, body = answer
    wanted, media_type = _bytes(exchange.answer), _media_type(content_type)
    if status != exchange.status:
        return "status", f"{status}\n{_text(body)}", str(exchange.status)
    if media_type != _media_type(exchange.content_type):
        return "content type", content_type, exchange.content_type
    if not media_type.endswith("json"):
        return None if body == wanted else ("body", _text(body), _text(wanted))
    try:
        came = json.loads(body)
    except (ValueError, RecursionError):
        return "body", _text(body), "JSON"
    return next(_differences(came, json.loads(wanted), ignore, "body"), None)


def _differences(
    came: Any, wanted: Any, ignore: Collection[str], place: str
) -> Iterator[Difference]:
    """Yield where two JSON values differ, and what is there; true is not 1."""
    if isinstance(came, dict) and isinstance(wanted, dict) and came.keys() == wanted.keys():
        for key in filter(lambda key: key not in ignore, wanted):
            yield from _differences(came[key], wanted[key], ignore, f"{place}.{key}")
    elif isinstance(came, list) and isinstance(wanted, list) and len(came) == len(wanted):
        for number, pair in enumerate(zip(came, wanted)):
            yield from _differences(*pair, ignore, f"{place}[{number}]")
    elif isinstance(came, bool) is not isinstance(wanted, bool) or came != wanted:
        yield place, json.dumps(came), json.dumps(wanted)


def _request(exchange: Exchange) -> str:
    body = _text(_bytes(exchange.body))
    return f"{exchange.method} {exchange.path}\n{body}".rstrip()


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
