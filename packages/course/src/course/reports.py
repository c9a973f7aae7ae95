"""Verdicts as text, JSON and JUnit XML: each from the same list."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from course.lessons import Course, Exercise

if TYPE_CHECKING:
    from course.grading import Verdict

# "started and wrong": what makes `course test` fail
WRONG = ("failed", "broken", "timeout")
WORDS = {
    "passed": "passed",
    "failed": "failed",
    "broken": "broken",
    "timeout": "out of time",
    "todo": "to do",
}


def is_good(verdicts: Iterable[Verdict], every: bool = False) -> bool:
    """Tell whether nothing that was started is wrong, or (`every`) whether all has passed."""
    bad = (*WRONG, "todo") if every else WRONG
    return not any(verdict.verdict in bad for verdict in verdicts)


def summary(verdicts: Sequence[Verdict], exercises: Sequence[Exercise]) -> str:
    """Return one line: "2 passed, 1 failed, 4 to do: 5 of 14 points"."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    parts = [f"{counts[key]} {word}" for key, word in WORDS.items() if counts[key]]
    points = sum(verdict.points for verdict in verdicts)
    possible = sum(exercise.points for exercise in exercises)
    return f"{', '.join(parts) or 'nothing to grade'}: {points} of {possible} points"


def to_json(course: Course, verdicts: Sequence[Verdict]) -> str:
    """Return the run as one JSON object."""
    keys = ("id", "title", "verdict", "message", "points", "seconds")
    exercises = [{key: getattr(verdict, key) for key in keys} for verdict in verdicts]
    return json.dumps({"course": course.name, "exercises": exercises}, indent=2)


def write_junit(path: Path, course: Course, verdicts: Sequence[Verdict]) -> None:
    """Write the run as JUnit XML, which build servers draw tables from; todo is skipped."""
    seconds = sum(verdict.seconds for verdict in verdicts)
    counts = {
        "tests": len(verdicts),
        "failures": sum(verdict.verdict == "failed" for verdict in verdicts),
        "errors": sum(verdict.verdict in ("broken", "timeout") for verdict in verdicts),
        "skipped": sum(verdict.verdict == "todo" for verdict in verdicts),
    }
    attributes = {key: str(value) for key, value in counts.items()} | {"time": f"{seconds:.3f}"}
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite", {"name": course.name, **attributes})
    for verdict in verdicts:
        _add_case(suite, verdict)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _add_case(suite: ElementTree.Element, verdict: Verdict) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {
            "classname": f"lesson {verdict.id.split('.')[0]}",
            "name": f"{verdict.id} {verdict.title}",
            "time": f"{verdict.seconds:.3f}",
        },
    )
    tag = {"failed": "failure", "broken": "error", "timeout": "error", "todo": "skipped"}
    if verdict.verdict in tag:
        message = _printable(verdict.message)
        first_line = message.strip().partition("\n")[0]
        element = ElementTree.SubElement(case, tag[verdict.verdict], {"message": first_line})
        element.text = message


def _printable(text: str) -> str:
    """Return the text without the characters that XML does not allow."""
    return "".join(
        character if character in "\n\t" or character.isprintable() else "\ufffd"
        for character in text
    )
