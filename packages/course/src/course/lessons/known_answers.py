"""The texts of the answers that are known of an exercise: mistakes and variants."""

import json

from course.lessons.cells import source_of
from course.lessons.model import Exercise, KnownAnswer


def text_of(exercise: Exercise, solution: str, known: KnownAnswer) -> str:
    """Return the text of a mistake or variant.

    It is an error, LessonError, if its file is not there, or the text to replace is not there
    exactly once (in the answer cells, for a notebook).
    """
    if known.file:
        path = exercise.known_answers / known.file
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            reason = f"there is no {path.relative_to(exercise.lesson.root)}"
            raise exercise.error(f"{known.name!r}: file", reason) from None
    if exercise.kind != "notebook":
        return _replaced_once(exercise, solution, known)
    notebook = json.loads(solution)
    cells = [cell for cell in notebook["cells"] if cell.get("id") in exercise.blanks]
    # one text of all answer cells, so that "exactly once" means all of them
    joint = _replaced_once(exercise, "\n\0\n".join(map(source_of, cells)), known)
    for cell, source in zip(cells, joint.split("\n\0\n"), strict=True):
        cell["source"] = source
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def _replaced_once(exercise: Exercise, text: str, known: KnownAnswer) -> str:
    count = text.count(known.replace)
    if count != 1:
        reason = f"the solution has this text {count} times, once is expected: {known.replace!r}"
        raise exercise.error(f"{known.name!r}: replace", reason)
    return text.replace(known.replace, known.by)
