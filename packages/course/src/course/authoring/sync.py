"""Write what is derived: a solution from its package module, a stub from its solution, and how
long a part takes from what there is to read and to write.
"""

import contextlib
import hashlib
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from course.authoring.form import MINUTES, minutes_line
from course.learner.progress import read_memory, write_atomically, write_memory
from course.lessons import Course, Exercise, Lesson, Part, parse_lesson
from course.lessons.cutting import cut_solution
from course.lessons.stubs import is_untouched, same_answer, stub_text


@dataclass(frozen=True)
class Synced:
    """What happened to one file: "written", "in sync" or "kept" (it is somebody's answer)."""

    path: Path
    outcome: str


def sync(course: Course, exercises: list[Exercise], force: bool = False) -> list[Synced]:
    """Bring solutions and stubs in step with the packages, and the minutes of the parts with all.

    With `force`, files that hold somebody's answer are overwritten, too. LessonError says what is
    missing of a hole or solution, ValueError that a part is no notebook.
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
    """Tell whether the solution is not, byte for byte, what is cut out of its hole, if it is."""
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
    answer, text = exercise.answer, stub_text(exercise)
    # old stubs, which may be overwritten, are told by this from answers, which may not
    memory = course.state / "stubs.json"
    known = read_memory(memory)
    key = answer.relative_to(course.root).as_posix()
    untouched = is_untouched(exercise, answer)
    if answer.exists() and not force and not untouched:
        if known.get(key) != _digest(answer) and not _is_committed_stub(exercise):
            return Synced(answer, "kept")
    in_sync = untouched and answer.read_text(encoding="utf-8") == text
    if not in_sync:
        write_atomically(answer, text)
    if known.get(key) != _digest(answer):
        with contextlib.suppress(OSError):  # then the last commit is asked
            write_memory(memory, {**known, key: _digest(answer)})
    return Synced(answer, "in sync" if in_sync else "written")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_committed_stub(exercise: Exercise) -> bool:
    """Tell whether the answer is the stub of the last commit (a maintainer's fresh clone)."""
    lesson = exercise.lesson
    try:
        described = tomllib.loads(_committed(lesson.path / "lesson.toml"))
        solution = _committed(exercise.solution)
        old = parse_lesson(described, lesson.folder, lesson.root, lesson.packages)
        same = [item for item in old.exercises if item.file == exercise.file]
        answer = exercise.answer.read_text(encoding="utf-8")
        return any(same_answer(item, answer, stub_text(item, solution)) for item in same)
    except (ValueError, OSError, subprocess.CalledProcessError):
        return False


def _committed(path: Path) -> str:
    command = ["git", "-C", str(path.parent), "show", f"HEAD:./{path.name}"]
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout.decode("utf-8", errors="replace")
