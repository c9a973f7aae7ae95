"""What this learner has passed and which hints were read: `.course/progress.json`.

A pass belongs to the answer that passed, and to the tests and the hole that it passed with: an
answer that is edited afterwards is started again, and one whose tests have changed is stale.
"""

import datetime
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from course.lessons import Course, Exercise
from course.lessons.stubs import fingerprint, is_untouched, tests_hash

STATES = {
    "todo": "to do",
    "started": "started",
    "stale": "passed, but its tests or its hole have changed since: grade it again",
    "passed": "passed",
}


class Progress:
    """What the course remembers between two commands.

    Nothing is written before there is something to keep. `trouble` says why something could not be
    remembered, and is empty while all was: it costs no verdict.
    """

    def __init__(self, course: Course):
        self.path = course.state / "progress.json"
        self.trouble = ""

    def status(self, exercise: Exercise) -> str:
        """Return "passed", "stale", "started" or "todo", without grading anything.

        Stale is a pass of this very answer, with other tests or another hole.
        """
        record = self._record(exercise)
        passed = record.get("passed")
        if passed is not None and passed == fingerprint(exercise, exercise.answer):
            return "passed" if record.get("passed_with") == tests_hash(exercise) else "stale"
        # a file that is gone was touched too, and grading will say so
        return "todo" if is_untouched(exercise, exercise.answer) else "started"

    def has_passed_once(self, exercise: Exercise) -> bool:
        """Tell whether any answer to this exercise has passed, even if it was edited since."""
        return "passed" in self._record(exercise)

    def passed(self, exercise: Exercise, answer: str | None) -> None:
        """Remember that the answer with this fingerprint passes."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self._update(exercise, passed=answer, passed_with=tests_hash(exercise), passed_on=now)

    def hints_seen(self, exercise: Exercise) -> int:
        """Return how many hints were read."""
        seen = self._record(exercise).get("hints", 0)
        return min(seen, len(exercise.hints)) if isinstance(seen, int) else 0

    def next_hint(self, exercise: Exercise) -> int:
        """Remember that one more hint is read, and return its number, from 1."""
        number = min(self.hints_seen(exercise) + 1, len(exercise.hints))
        self._update(exercise, hints=number)
        return number

    def _record(self, exercise: Exercise) -> dict[str, Any]:
        record = read_memory(self.path).get(exercise.id)
        return record if isinstance(record, dict) else {}

    def _update(self, exercise: Exercise, **values: Any) -> None:
        content = read_memory(self.path)
        content[exercise.id] = {**self._record(exercise), **values}
        try:
            write_memory(self.path, content)
        except OSError as error:
            self.trouble = f"This could not be remembered in {self.path}: {error.strerror}."


def read_memory(path: Path) -> dict[str, Any]:
    """Return what a file of `.course/` holds; a lost memory is no reason to refuse to work."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def write_memory(path: Path, content: dict[str, Any]) -> None:
    """Write a file of `.course/`; it is an OSError if the folder cannot be written to."""
    write_atomically(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that another process sees the old text or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
    os.replace(name, path)
