"""Each different answer of a class is graded once, on all processors; it can be interrupted."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from course.classroom.submissions import Submission
from course.grading import Grader, Verdict
from course.lessons import Exercise
from course.lessons.stubs import fingerprint, is_untouched, tests_hash

MOST_SEEDS = 1_000_000
RECORD = "verdicts.jsonl"
Verdicts = dict[tuple[str, str], Verdict]  # by name of the submission, and id of the exercise
Advance = Callable[[int], None]


class Answer(NamedTuple):
    """An answer, whoever gave it: an exercise, and the hash of what counts in the file."""

    exercise: Exercise
    content: str


def grade_class(
    grader: Grader,
    exercises: Sequence[Exercise],
    submissions: Sequence[Submission],
    record: Record,
    jobs: int | None = None,
    start: Callable[[int], Advance] = lambda total: lambda done: None,
) -> Verdicts:
    """Return the verdict on each exercise of each submission; those in `record` are kept.

    Of `jobs` at a time, by default one more than there are processors. `start` is told how many
    different answers there are; what it returns is called with how many of them are done.
    """
    answers: dict[Answer, Path] = {}
    given: dict[tuple[str, str], Answer] = {}
    for exercise in exercises:
        stubs = _earlier_stubs(exercise)
        for item in submissions:
            path = item.answers.get(exercise.id)
            if path is None or is_untouched(exercise, path):
                continue
            answer = Answer(exercise, str(fingerprint(exercise, path)))
            if answer.content not in stubs:
                answers.setdefault(answer, path)
                given[item.name, exercise.id] = answer
    known = _grade_different(grader, answers, record, jobs, start(len(answers)))
    ungraded = {
        (item.name, exercise.id): _ungraded(exercise, item.refused.get(exercise.id, ""))
        for item in submissions
        for exercise in exercises
    }
    return ungraded | {key: known[answer] for key, answer in given.items()}


def _grade_different(
    grader: Grader,
    answers: Mapping[Answer, Path],
    record: Record,
    jobs: int | None,
    advance: Advance,
) -> dict[Answer, Verdict]:
    """Return the verdict on each answer, and add those to the record that are new."""
    known = {answer: verdict for answer in answers if (verdict := record.get(answer))}
    advance(len(known))
    # one more than there are processors: at any time one is waiting for its processes to end
    with ThreadPoolExecutor(jobs or 1 + (os.cpu_count() or 1)) as pool:
        try:
            pending = {
                pool.submit(grader.grade, answer.exercise, path, seed=record.seed): answer
                for answer, path in answers.items()
                if answer not in known
            }
            for done in as_completed(pending):
                answer = pending[done]
                known[answer] = done.result()
                record.add(answer, known[answer])
                advance(1)
        except BaseException:
            # what has not begun is not begun any more, and nobody waits for what never ends
            pool.shutdown(wait=False, cancel_futures=True)
            grader.interrupt()
            raise
    return known


def _ungraded(exercise: Exercise, refusal: str) -> Verdict:
    """Return the verdict on a file that is not there, is an earlier stub, or was not taken."""
    verdict = "broken" if refusal else "todo"
    return Verdict(exercise.id, exercise.title, verdict, refusal, 0, exercise.points, 0.0)


def _earlier_stubs(exercise: Exercise) -> set[str]:
    """Return what learners started from, in each version of the course that the history has.

    An answer that somebody has committed to this clone is none: it lacks the stub's TODO.
    """
    path = exercise.answer.relative_to(exercise.lesson.root).as_posix()
    git = ["git", "-C", str(exercise.lesson.root)]
    log = [*git, "log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", path]
    with contextlib.suppress(OSError, subprocess.SubprocessError), TemporaryDirectory() as scratch:
        lines = subprocess.run(log, capture_output=True, check=True, text=True).stdout.splitlines()
        found = set()
        for blob in {line.split()[3] for line in lines if line.split()[4] != "D"}:
            show = [*git, "cat-file", "blob", blob]
            content = subprocess.run(show, capture_output=True, check=True).stdout
            if b"TODO" in content:
                stub = Path(scratch, exercise.file)
                stub.write_bytes(content)
                found.add(str(fingerprint(exercise, stub)))
        return found
    return set()


class Record:
    """The verdicts in a file, one a line, which is there after an interruption.

    A verdict counts as long as it was given with this seed, in this way, by the same tests.
    `seed` is of the tables that the tests make: given, or that of the file, or drawn.
    """

    def __init__(self, folder: Path, seed: int | None, strict: bool):
        self.path = folder / RECORD
        self.strict = strict
        lines = []
        with contextlib.suppress(OSError):
            lines = self.path.read_text(encoding="utf-8").splitlines()
        entries = [entry for line in lines if (entry := _entry(line))]
        drawn = entries[-1]["seed"] if entries else secrets.randbelow(MOST_SEEDS)
        self.seed = int(drawn) if seed is None else seed
        self._verdicts = {
            entry["key"]: entry["verdict"] for entry in entries if entry["seed"] == self.seed
        }
        self._tests: dict[str, str] = {}

    def get(self, answer: Answer) -> Verdict | None:
        """Return the verdict on an answer, None where there is none as yet."""
        known = self._verdicts.get(self._key(answer))
        return Verdict(**known) if known else None

    def add(self, answer: Answer, verdict: Verdict) -> None:
        """Keep a verdict, unless this machine was at fault."""
        if not verdict.trouble:
            entry = {"key": self._key(answer), "seed": self.seed, "verdict": verdict.to_json()}
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(entry)}\n")

    def _key(self, answer: Answer) -> str:
        exercise = answer.exercise
        if exercise.id not in self._tests:
            self._tests[exercise.id] = tests_hash(exercise)
        way = "strict" if self.strict else "weak"
        return f"{exercise.id} {way} {self._tests[exercise.id][:16]} {answer.content}"


def _entry(line: str) -> Mapping[str, dict]:
    """Return a line of the file; nothing for one that was not written to its end."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        entry = json.loads(line)
        Verdict(**entry["verdict"])
        if isinstance(entry["key"], str) and isinstance(entry["seed"], int):
            return entry
    return {}
