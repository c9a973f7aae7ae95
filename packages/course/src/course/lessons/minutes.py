"""About how long a part takes: one formula, an estimate until people report their times.

Reading is 200 words a minute, and half a minute for a cell of code. An exercise is a minute to
settle in, and for each line to write a little more than one: two for a line of tests, which has
to be thought of first.
"""

from collections import Counter
from collections.abc import Sequence

from course.lessons.cells import Cell, cells_of, source_of
from course.lessons.model import Exercise, Lesson, Part
from course.lessons.stubs import read_solution, stub_text

WORDS_A_MINUTE = 200
MINUTES_A_CELL = 0.5
MINUTES_A_LINE = {"code": 1.2, "notebook": 1.2, "file": 1.2, "tests": 2.0}


def words_in(cells: Sequence[Cell]) -> int:
    """Return how many words of prose there are."""
    return sum(len(source_of(cell).split()) for cell in cells if cell["cell_type"] == "markdown")


def exercise_minutes(exercise: Exercise) -> int:
    """Return about how long an exercise takes, in minutes; its solution must be there."""
    solution = read_solution(exercise)
    to_write = _lines(exercise, solution) - _lines(exercise, stub_text(exercise, solution))
    return round(1 + MINUTES_A_LINE[exercise.kind] * to_write.total())


def part_minutes(lesson: Lesson, part: Part) -> int:
    """Return about how long a part takes to read, run and answer, in minutes.

    LessonError, OSError or ValueError say what of it is missing, or no notebook.
    """
    cells = cells_of(part.notebook.read_text(encoding="utf-8"))
    code = sum(cell["cell_type"] == "code" for cell in cells)
    exercises = [item for item in lesson.exercises if item.id in part.exercises]
    reading = words_in(cells) / WORDS_A_MINUTE + code * MINUTES_A_CELL
    return round(reading) + sum(map(exercise_minutes, exercises))


def about(minutes: int) -> str:
    """Return minutes as they are told: "about 25 minutes (an estimate)"."""
    return f"about {minutes} minute{'' if minutes == 1 else 's'} (an estimate)"


def _lines(exercise: Exercise, text: str) -> Counter[str]:
    """Count the lines of an answer that are neither blank nor comments."""
    if exercise.kind == "notebook":
        cells = [cell for cell in cells_of(text) if cell.get("id") in exercise.blanks]
        text = "\n".join(map(source_of, cells))
    lines = map(str.strip, text.splitlines())
    return Counter(line for line in lines if line and not line.startswith("#"))
