"""Write what is derived: a solution from its package module, a stub from its solution, and how
long a part takes from what there is to read and to write.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from course.authoring.form import MINUTES, minutes_line
from course.learner.progress import read_memory, write_atomically, write_memory
from course.lessons import Course, Exercise, Lesson, LessonError, Part, parse_lesson
from course.lessons.cutting import cut_solution
from course.lessons.stubs import is_untouched, same_answer, stub_text


@dataclass(frozen=True)
class Synced:
    """What happened to one file: "written", "in sync" or "kept" (it is somebody's answer)."""

    path: Path
    outcome: str


def sync(course: Course, exercises: list[Exercise], force: bool = False) -> list[Synced]:
    """Bring solutions and stubs in step with the packages, and the minutes of the parts with all.

    Parameters
    ----------
    force : bool
        Also overwrite files that hold somebody's answer.

    Raises
    ------
    LessonError
        A hole or solution is missing, or lacks what is to be blanked.
    ValueError
        A part is no notebook.
    """
    results = []
    for exercise in exercises:
        if exercise.hole is not None:
            results.append(_cut(exercise))
        results.append(_write_stub(course, exercise, force))
    for part, lesson in {item.part: item.lesson for item in exercises}.items():
        if part.notebook.is_file():
            results.append(_write_minutes(lesson, part))
    return results


def solution_differs(exercise: Exercise) -> bool:
    """Tell whether the solution is not, byte for byte, what is cut out of its hole.

    Raises
    ------
    LessonError
        There is no such hole.
    """
    if exercise.hole is None:
        return False
    cut = cut_solution(exercise)
    return not exercise.solution.is_file() or exercise.solution.read_bytes() != cut


def _cut(exercise: Exercise) -> Synced:
    if not solution_differs(exercise):
        return Synced(exercise.solution, "in sync")
    exercise.solution.parent.mkdir(parents=True, exist_ok=True)
    exercise.solution.write_bytes(cut_solution(exercise))
    return Synced(exercise.solution, "written")


def _write_minutes(lesson: Lesson, part: Part) -> Synced:
    """Write into the head of a part how long it takes."""
    old = part.notebook.read_text(encoding="utf-8")
    new = MINUTES.sub(minutes_line(lesson, part), old, count=1)
    if new == old:
        return Synced(part.notebook, "in sync")
    write_atomically(part.notebook, new)
    return Synced(part.notebook, "written")


def _write_stub(course: Course, exercise: Exercise, force: bool) -> Synced:
    stubs = _KnownStubs(course)
    text = stub_text(exercise)
    if exercise.answer.is_file() and is_untouched(exercise, exercise.answer):
        current = exercise.answer.read_text(encoding="utf-8")
        outcome = "in sync" if current == text else "written"
    elif exercise.answer.exists() and not force and not stubs.was_stub(exercise):
        return Synced(exercise.answer, "kept")
    else:
        outcome = "written"
    if outcome == "written":
        write_atomically(exercise.answer, text)
    stubs.remember(exercise)
    return Synced(exercise.answer, outcome)


class _KnownStubs:
    """Tells old stubs, which may be overwritten, from answers, which may not."""

    def __init__(self, course: Course):
        self.path = course.state / "stubs.json"

    def was_stub(self, exercise: Exercise) -> bool:
        known = read_memory(self.path).get(_key(exercise))
        return known == _digest(exercise) or _is_committed_stub(exercise)

    def remember(self, exercise: Exercise) -> None:
        known = read_memory(self.path)
        if known.get(_key(exercise)) != _digest(exercise):
            with contextlib.suppress(OSError):  # then the last commit is asked
                write_memory(self.path, {**known, _key(exercise): _digest(exercise)})


def _key(exercise: Exercise) -> str:
    return exercise.answer.relative_to(exercise.lesson.root).as_posix()


def _digest(exercise: Exercise) -> str:
    return hashlib.sha256(exercise.answer.read_bytes()).hexdigest()


def _is_committed_stub(exercise: Exercise) -> bool:
    """Tell whether the answer is the stub of the last commit (a maintainer's fresh clone)."""
    lesson = exercise.lesson
    described, solution = (
        _committed(lesson.root, path.relative_to(lesson.root))
        for path in (lesson.path / "lesson.toml", exercise.solution)
    )
    if described is None or solution is None:
        return False
    try:
        old = parse_lesson(tomllib.loads(described), lesson.folder, lesson.root, lesson.packages)
        same = [item for item in old.exercises if item.file == exercise.file]
        answer = exercise.answer.read_text(encoding="utf-8")
        return any(same_answer(item, answer, stub_text(item, solution)) for item in same)
    except (ValueError, LessonError):
        return False


def _committed(root: Path, path: Path) -> str | None:
    done = subprocess.run(
        ["git", "-C", str(root), "show", f"HEAD:./{path.as_posix()}"],
        capture_output=True,
        check=False,
    )
    return done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else None
