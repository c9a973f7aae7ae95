"""Notebook exercises: what is run and compared is the reference, with the learner's cells in it.

Of the learner's notebook only the sources of the answer cells count. Everything else, and every
expected output, is the reference's: what a learner moved, copied or deleted cannot break grading,
and stored outputs are never what an answer is compared with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course.feedback import compose
from course.lessons import Exercise
from course.stubs import is_hidden, read_solution

IGNORE_OUTPUT = "nbval-ignore-output"
# what nbval takes as orders in comments; a learner must not switch the comparison off
MARKERS = re.compile(r"^(\s*#+\s*(?:NBVAL|PYTEST_VALIDATE)_\w+)\s*$", re.MULTILINE)
Cell = dict[str, Any]


class NotebookError(ValueError):
    """The learner's notebook is not what can be graded; the message is for the learner."""


@dataclass(frozen=True)
class CellFailure:
    """What nbval found wrong with one cell.

    Attributes
    ----------
    cell : int
        Position among the code cells of the merged notebook, from 0.
    problem : str
        "differs", "raised", or "ended" (the kernel did not survive).
    expected, got : str
        Outputs as text; the error as text where the cell raised one.
    line : str
        The last line of a cell on the way to the error: "line 3: return y".
    error : str or None
        Name of the type of the error.
    stopped : str or None
        The limit that the kernel broke, as `sandbox.Outcome` names it.
    """

    cell: int
    problem: str
    expected: str = ""
    got: str = ""
    line: str = ""
    error: str | None = None
    stopped: str | None = None


def merge(exercise: Exercise, answer: str) -> Cell:
    """Put the learner's answer cells into the reference notebook.

    Parameters
    ----------
    answer : str
        Text of the learner's notebook.

    Raises
    ------
    NotebookError
        It is no notebook, or lacks an answer cell.
    """
    theirs = list(_cells(answer))
    notebook = json.loads(read_solution(exercise))
    for cell in notebook["cells"]:
        if cell.get("id") in exercise.blanks:
            _answer_with(cell, _matching(exercise, cell["id"], theirs))
    return notebook


def _cells(answer: str) -> Iterator[Cell]:
    try:
        cells = json.loads(answer)["cells"]
        yield from (cell for cell in cells if isinstance(cell, dict))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotebookError(f"The file is no notebook any more: {error}.") from error


def _matching(exercise: Exercise, cell_id: str, theirs: list[Cell]) -> str:
    """Return the source of the learner's cell of this id; of a pasted copy, if it is gone."""
    by_id = [cell for cell in theirs if cell.get("id") == cell_id]
    by_mark = [cell for cell in theirs if answer_mark(cell) == cell_id]
    for cell in by_id + by_mark:
        if cell.get("cell_type") == "code":
            return source_of(cell)
    if by_id:
        raise NotebookError(f"The cell to write ({cell_id}) is no code cell any more.")
    raise NotebookError(
        f"The cell to write ({cell_id}) is not in the notebook any more. "
        f"`course reset {exercise.id}` brings it back, and keeps what you have as a backup."
    )


def answer_mark(cell: Cell) -> str | None:
    """Return which answer a cell holds: its metadata keep that when it is cut and pasted."""
    metadata = cell.get("metadata")
    mark = metadata.get("course") if isinstance(metadata, dict) else None
    return mark.get("answer") if isinstance(mark, dict) else None


def source_of(cell: Cell) -> str:
    """Return the source of a cell, which notebooks store as a text or as a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _answer_with(cell: Cell, source: str) -> None:
    tags = cell["metadata"].setdefault("tags", [])
    for marker in MARKERS.findall(source_of(cell)):
        tags.append(marker.strip("# \t").lower().replace("_", "-"))
    if not cell["outputs"]:
        # an answer that shows nothing may print what it likes
        tags.append(IGNORE_OUTPUT)
    cell["source"] = MARKERS.sub(r"\1 (of no effect here)", source)
    cell["execution_count"] = 1  # or nbval would not compare


def explain(exercise: Exercise, notebook: Cell, failure: CellFailure) -> str:
    """Say in plain words which cell failed and how, the author's own sentence first."""
    cell = code_cells(notebook)[failure.cell]
    who = _who(exercise, notebook, cell)
    if failure.problem == "ended":
        what, facts = failure.got, {"cell": source_of(cell)}
    elif failure.problem == "raised":
        what, facts = f"raised {failure.error}.", _error_facts(cell, failure)
    else:
        what, facts = "shows something else than it should.", _difference(cell, failure)
    sentence = _authors_sentence(exercise, cell)
    if sentence and failure.problem != "ended":
        return compose(sentence, {"": f"{who} {what}", **facts})
    return compose(f"{who} {what}", facts)


def code_cells(notebook: Cell) -> list[Cell]:
    """Return the cells that nbval runs, in its order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _who(exercise: Exercise, notebook: Cell, cell: Cell) -> str:
    if cell.get("id") in exercise.blanks:
        return "Your cell"
    if is_hidden(cell):
        return "A check of what you wrote"
    # as a learner counts them, who does not see the hidden ones
    seen = [item for item in notebook["cells"] if not is_hidden(item)]
    number = seen.index(cell) + 1
    above = [item for item in seen[:number] if item.get("id") in exercise.blanks]
    return f"Cell {number} of the notebook{', which uses what you wrote,' if above else ''}"


def _error_facts(cell: Cell, failure: CellFailure) -> dict[str, str]:
    number, _, text = failure.line.partition(": ")
    source = source_of(cell)
    # one line of the cell is enough, unless it is the line of another cell
    shown = {} if number and text in source else {"cell": source}
    return {**shown, "raised": failure.got, **({number: text} if number else {})}


def _difference(cell: Cell, failure: CellFailure) -> dict[str, str]:
    facts = {"cell": source_of(cell), "came back": failure.got or "(nothing)"}
    # of a hidden check the expected value would be the answer
    return facts if is_hidden(cell) else {**facts, "expected": failure.expected or "(nothing)"}


def _authors_sentence(exercise: Exercise, cell: Cell) -> str:
    says = cell["metadata"].get("course", {}).get("says", "")
    return exercise.cell_says.get(cell.get("id", ""), says)
