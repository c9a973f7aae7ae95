"""Verdicts as text, JSON and JUnit XML: each from the same list."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from course.learner.messages import WRONG, printable
from course.lessons import Course

if TYPE_CHECKING:
    from course.grading import Verdict

WORDS = {
    "passed": "passed",
    "failed": "failed",
    "broken": "broken",
    "timeout": "out of time",
    "todo": "to do",
    "not verified": "not graded",
}
# JUnit's words for what is no pass
TAGS = {
    "failed": "failure",
    "broken": "error",
    "timeout": "error",
    "todo": "skipped",
    "not verified": "skipped",
}


def exit_code(verdicts: Iterable[Verdict], every: bool = False) -> int:
    """Return 0 when nothing that was started is wrong, or (`every`) when all has passed.

    It is 1 where something is, and 3 where nothing is but this machine could not grade it all.
    """
    verdicts = list(verdicts)
    if any(verdict.verdict in WRONG or every and verdict.verdict == "todo" for verdict in verdicts):
        return 1
    return 3 if any(verdict.trouble for verdict in verdicts) else 0


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return one line: "2 passed, 1 failed, 4 to do: 5 of 14 points"."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    parts = [f"{counts[key]} {word}" for key, word in WORDS.items() if counts[key]]
    points = sum(verdict.points for verdict in verdicts)
    possible = sum(verdict.possible for verdict in verdicts)
    return f"{', '.join(parts) or 'nothing to grade'}: {points} of {possible} points"


def to_json(course: Course, verdicts: Sequence[Verdict], seed: int | None = None) -> str:
    """Return the run as one JSON object, with the seed of its tables where one was chosen."""
    chosen = {} if seed is None else {"seed": seed}
    exercises = [verdict.to_json() for verdict in verdicts]
    return json.dumps({"course": course.name, **chosen, "exercises": exercises}, indent=2)


def write_junit(path: Path, course: Course, verdicts: Sequence[Verdict]) -> None:
    """Write the run as JUnit XML, which build servers draw tables from; todo is skipped."""
    tags = Counter(TAGS.get(verdict.verdict) for verdict in verdicts)
    counts = {"failures": tags["failure"], "errors": tags["error"], "skipped": tags["skipped"]}
    attributes = {key: str(value) for key, value in {"tests": len(verdicts), **counts}.items()}
    attributes |= {"name": course.name, "time": f"{sum(item.seconds for item in verdicts):.3f}"}
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite", attributes)
    for verdict in verdicts:
        _add_case(suite, verdict)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _add_case(suite: ElementTree.Element, verdict: Verdict) -> None:
    place = {"classname": f"lesson {verdict.id.split('.')[0]}"}
    name = {"name": f"{verdict.id} {verdict.title}", "time": f"{verdict.seconds:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", place | name)
    properties = ElementTree.SubElement(case, "properties")
    for key, count in (("points", verdict.points), ("possible", verdict.possible)):
        ElementTree.SubElement(properties, "property", {"name": key, "value": str(count)})
    if verdict.verdict in TAGS:
        text = printable(verdict.message)
        message = {"message": text.partition("\n")[0].strip()}
        ElementTree.SubElement(case, TAGS[verdict.verdict], message).text = text
