"""What a teacher reads of a class: a table for the learning platform, JSON, and data for a page."""

import csv
import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.classroom.grading import Verdicts
from course.classroom.similarity import Alike, alike, form_of
from course.classroom.submissions import Submission
from course.learner.messages import WRONG
from course.lessons import Course, Exercise
from course.lessons.known_answers import text_of
from course.lessons.stubs import read_solution

WEAK = (
    "Graded with --weak: answers were not isolated. They could see tests, solutions and the "
    "network, so these points are no proof."
)
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Class:
    """A class that has been graded."""

    course: Course
    exercises: Sequence[Exercise]
    submissions: Sequence[Submission]
    verdicts: Verdicts
    seed: int
    strict: bool
    before: str = ""

    def points(self, submission: Submission) -> int:
        """Return the points of one submission."""
        return sum(self.verdicts[submission.name, item.id].points for item in self.exercises)

    def possible(self, submission: Submission) -> int:
        """Return the points it could have: none for what could not be verified."""
        return sum(self.verdicts[submission.name, item.id].possible for item in self.exercises)

    def mistakes(self, submission: Submission, exercise: Exercise) -> list[str]:
        """Return which known mistake a wrong answer made.

        It is the one that has the same form, or else all whose sentence the learner was told.
        """
        verdict = self.verdicts[submission.name, exercise.id]
        if verdict.verdict not in WRONG or exercise.id not in submission.answers:
            return []
        text = submission.answers[exercise.id].read_text(encoding="utf-8-sig", errors="replace")
        if name := _forms_of_mistakes(exercise).get(form_of(exercise, text)[0]):
            return [name]
        told = " ".join(verdict.message.split())
        return [it.name for it in exercise.mistakes if " ".join(it.says.split()) in told]

    def summary(self, exercise: Exercise) -> dict[str, Any]:
        """Return how an exercise went: counts of verdicts, the share that passed, and mistakes.

        The share is of those who have started it; None where nobody has.
        """
        read = [item for item in self.submissions if not item.problem]
        counts = Counter(self.verdicts[item.name, exercise.id].verdict for item in read)
        started = counts["passed"] + sum(counts[word] for word in WRONG)
        mistakes = Counter(
            " or ".join(names) for item in read if (names := self.mistakes(item, exercise))
        )
        return {
            "id": exercise.id,
            "title": exercise.title,
            "points": exercise.points,
            "passed": counts["passed"],
            "verdicts": dict(counts),
            "pass_rate": round(counts["passed"] / started, 3) if started else None,
            "mistakes": dict(mistakes.most_common()),
        }

    def alike(self) -> list[Alike]:
        """Return the answers that are alike, the longest first, those like the solution last."""
        found = []
        for exercise in self.exercises:
            given = {item.name: item.answers.get(exercise.id) for item in self.submissions}
            started = [name for name in given if self.verdicts[name, exercise.id].verdict != "todo"]
            found += alike(exercise, {name: given[name] for name in started if given[name]})
        return sorted(found, key=lambda group: (group.like_the_solution, -group.size))


@functools.cache
def _forms_of_mistakes(exercise: Exercise) -> dict[str, str]:
    """Return the names of the known mistakes by their forms."""
    solution = read_solution(exercise)
    texts = {it.name: text_of(exercise, solution, it) for it in exercise.mistakes}
    return {form_of(exercise, text)[0]: name for name, text in texts.items()}


def to_json(graded: Class, groups: Sequence[Alike]) -> dict[str, Any]:
    """Return all that is known of a class as plain data, which the page is made of too."""
    return {
        "course": graded.course.name,
        "isolation": "strict" if graded.strict else "weak",
        "warning": "" if graded.strict else WEAK,
        "seed": graded.seed,
        "before": graded.before,
        "exercises": [graded.summary(exercise) for exercise in graded.exercises],
        "submissions": [_submission(graded, item) for item in graded.submissions],
        "alike": [
            {
                "exercise": group.exercise,
                "size": group.size,
                "like_the_solution": group.like_the_solution,
                "names": group.names,
                "texts": [{"names": names, "text": text} for text, names in group.texts.items()],
            }
            for group in groups
        ],
    }


def _submission(graded: Class, item: Submission) -> dict[str, Any]:
    return {
        "name": item.name,
        "from": item.where,
        "commit": item.commit,
        "problem": item.problem,
        "note": item.note,
        "points": graded.points(item),
        "possible": graded.possible(item),
        "verdicts": [
            graded.verdicts[item.name, exercise.id].to_json()
            | {"mistakes": graded.mistakes(item, exercise)}
            for exercise in graded.exercises
        ],
    }


def write_csv(path: Path, graded: Class) -> None:
    """Write a row a submission: name, what the list has of it, points by exercise, total.

    Where nothing could be graded there is no number: a platform would take 0 for a grade. The byte
    order mark tells spreadsheets that this is UTF-8; `_plain`, that a name is no formula.
    """
    ids = [f"{item.id} ({item.points})" for item in graded.exercises]
    more = list(dict.fromkeys(key for item in graded.submissions for key in item.more))
    way = "isolation" if graded.strict else WEAK
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", *more, *ids, "points", "possible", way, "commit", "remarks"])
        for item in graded.submissions:
            given = [graded.verdicts[item.name, it.id] for it in graded.exercises]
            points = [*(it.points if it.possible else "" for it in given), graded.points(item)]
            if item.problem:
                points = [""] * len(points)
            told = [_plain(text) for text in (item.name, *(item.more.get(key, "") for key in more))]
            way = "strict" if graded.strict else "weak"
            after = graded.possible(item), way, item.commit, _plain(item.problem or item.note)
            writer.writerow([*told, *points, *after])


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
