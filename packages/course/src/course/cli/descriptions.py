"""An exercise and its solution, as `course show` and `course solution` print them."""

import json

from course.learner.progress import STATES, Progress
from course.lessons import Exercise
from course.lessons.brief import brief
from course.lessons.cells import source_of
from course.lessons.minutes import about, exercise_minutes
from course.lessons.stubs import read_solution


def describe(exercise: Exercise, progress: Progress) -> str:
    """Return an exercise in words: brief, then state, files, tests and hole."""
    root = exercise.lesson.root
    state, seen = progress.status(exercise), progress.hints_seen(exercise)
    hole, member = exercise.hole, f", {exercise.member}" if exercise.member else ""
    facts = {
        "state": STATES[state],
        "points": str(exercise.points),
        "edit": str(exercise.answer.relative_to(root)),
        "tests": str(exercise.tests.relative_to(root)) if exercise.tests.is_file() else None,
        "read": str(exercise.part.notebook.relative_to(root)),
        "fills": f"{hole.relative_to(root)}{member}" if hole else None,
        "time": about(exercise_minutes(exercise)),
        "limit": f"{exercise.time_limit_s:g} s",
        "hints": f"{seen} of {len(exercise.hints)} read",
    }
    told = [f"{name:<8}{value}" for name, value in facts.items() if value is not None]
    blocks = [f"{exercise.id} {exercise.title}", brief(exercise), "\n".join(told)]
    return "\n\n".join(filter(None, blocks))


def solution_text(exercise: Exercise) -> str:
    """Return the solution as `read_solution` does; of a notebook, the cells that are to write."""
    text = read_solution(exercise)
    if exercise.kind != "notebook":
        return text
    cells = {cell.get("id"): source_of(cell) for cell in json.loads(text)["cells"]}
    return "\n\n".join(f"# cell {cell_id}\n{cells[cell_id]}" for cell_id in exercise.blanks)
