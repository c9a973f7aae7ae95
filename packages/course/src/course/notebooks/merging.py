"""Notebook exercises: what is run and compared is the reference, with the learner's cells in it.

Of the learner's notebook only the sources of the answer cells count. Everything else is the
reference's: what a learner moved, copied or deleted cannot break grading. Both are run with tables
of the same seed, drawn for the run; stored outputs are never what an answer is compared with.
"""

import json
import re
from dataclasses import dataclass

from course.learner.answers import LARGEST_ANSWER
from course.learner.messages import NO_RETURN, compose
from course.lessons import Exercise
from course.lessons.cells import Cell, cells_of, find_answers, is_hidden, source_of
from course.lessons.stubs import read_solution, still_to_do

YOURS = "Your cell"
IGNORE_OUTPUT = "nbval-ignore-output"
# what nbval takes as orders in comments; a learner must not switch the comparison off
MARKERS = re.compile(r"^(\s*#+\s*(?:NBVAL|PYTEST_VALIDATE)_\w+)\s*$", re.MULTILINE)
PARAMETERS = "parameters"  # tag of the cell that says the seed of the tables, as papermill has it
SEED = re.compile(r"^(\w*seed) = \d+$", re.MULTILINE)
UNDEFINED = re.compile(r"name '(\w+)' is not defined")


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
        The limit that the kernel broke, as `confinement.Outcome` names it.
    """

    cell: int
    problem: str
    expected: str = ""
    got: str = ""
    line: str = ""
    error: str | None = None
    stopped: str | None = None


def reference(exercise: Exercise, seed: int) -> Cell:
    """Return the solution, with tables of a seed of our choice."""
    notebook: Cell = json.loads(read_solution(exercise))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1  # or nbval would not compare
        if PARAMETERS in cell["metadata"].get("tags", ()):
            cell["source"] = SEED.sub(rf"\1 = {seed}", source_of(cell))
    return notebook


def merge(exercise: Exercise, answer: str, seed: int) -> Cell:
    """Put the learner's answer cells into the reference notebook.

    Parameters
    ----------
    answer : str
        Text of the learner's notebook.
    seed : int
        Of the tables.

    Raises
    ------
    NotebookError
        It is no notebook, or lacks an answer cell.
    """
    notebook = reference(exercise, seed)
    try:
        # what stands around a cell is compared with the solution as the learner has it
        given = cells_of(read_solution(exercise))
        found = find_answers(exercise.blanks, cells_of(answer), given)
    except ValueError as error:
        raise NotebookError(str(error)) from error
    for cell in notebook["cells"]:
        if cell.get("id") in exercise.blanks:
            _answer_with(cell, _source(exercise, cell["id"], found[cell["id"]]))
    return notebook


def _source(exercise: Exercise, cell_id: str, cell: Cell | None) -> str:
    if cell is None:
        raise NotebookError(
            f"The cell to write ({cell_id}) is not in the notebook any more. "
            f"`course reset {exercise.id}` brings it back, and keeps what you have as a backup."
        )
    if cell.get("cell_type") != "code":
        raise NotebookError(f"The cell to write ({cell_id}) is no code cell any more.")
    source = source_of(cell)
    if len(source) > LARGEST_ANSWER:
        raise NotebookError(f"The cell to write ({cell_id}) is too large: {len(source):,} signs.")
    return source


def _answer_with(cell: Cell, source: str) -> None:
    tags = cell["metadata"].setdefault("tags", [])
    for marker in MARKERS.findall(source_of(cell)):
        tags.append(marker.strip("# \t").lower().replace("_", "-"))
    if not cell["outputs"]:
        # an answer that shows nothing may print what it likes
        tags.append(IGNORE_OUTPUT)
    cell["source"] = MARKERS.sub(r"\1 (of no effect here)", source)


def explain(exercise: Exercise, notebook: Cell, failure: CellFailure, answer: str = "") -> str:
    """Say in plain words which cell failed and how, the author's own sentence first.

    Parameters
    ----------
    notebook : Cell
        The merged one.
    answer : str
        Text of the learner's notebook: a name may be defined in one of their own cells.
    """
    cell = code_cells(notebook)[failure.cell]
    who = _who(exercise, notebook, cell)
    todo = _still_to_do(exercise, notebook)
    if cell.get("id") in todo:
        return compose(f"Still to do, {len(todo)} of {len(exercise.blanks)} cells:", todo)
    if failure.problem == "ended":
        what, facts = failure.got, {"cell": source_of(cell)}
    elif failure.problem == "raised":
        what, facts = f"raised {failure.error}.", _error_facts(exercise, notebook, cell, failure)
        facts |= _elsewhere(exercise, notebook, failure, answer)
    else:
        what, facts = "shows something else than it should.", _difference(cell, failure)
    facts |= seed_of(notebook)
    sentence = ""
    if failure.problem == "differs" or failure.error == "AssertionError":
        # of another error the author's sentence knows nothing
        sentence = _authors_sentence(exercise, cell)
    elif "NoneType" in failure.got and who != YOURS:
        sentence = NO_RETURN
    if sentence:
        return compose(sentence, {"": f"{who} {what}", **facts})
    return compose(f"{who} {what}", facts)


def _still_to_do(exercise: Exercise, notebook: Cell) -> dict[str, str]:
    """Return the ids of the answer cells that are as they were, and what each is to do."""
    line = still_to_do(exercise)
    untouched = [cell["id"] for cell in code_cells(notebook) if line in source_of(cell)]
    return {cell_id: exercise.todos[cell_id] for cell_id in untouched if cell_id in exercise.blanks}


def _elsewhere(
    exercise: Exercise, notebook: Cell, failure: CellFailure, answer: str
) -> dict[str, str]:
    """Say that only the marked cells are graded, where a name that lacks is in another one."""
    name = UNDEFINED.search(failure.got)
    if name is None or not answer:
        return {}
    theirs = cells_of(answer)
    marked = find_answers(exercise.blanks, theirs, notebook["cells"]).values()
    given = [source_of(cell) for cell in notebook["cells"]]
    own = [source_of(cell) for cell in theirs if cell not in marked]
    if not any(re.search(rf"\b{name[1]}\b", text) for text in own if text not in given):
        return {}
    reason = (
        f"only the marked cells are graded: `{name[1]}` is in another one, so move it into yours"
    )
    return {"but": reason}


def seed_of(notebook: Cell) -> dict[str, str]:
    """Return the line that makes the tables of this run."""
    given = [cell for cell in notebook["cells"] if PARAMETERS in cell["metadata"].get("tags", ())]
    lines = [match[0] for cell in given if (match := SEED.search(source_of(cell)))]
    return {"with": lines[0]} if lines else {}


def code_cells(notebook: Cell) -> list[Cell]:
    """Return the cells that nbval runs, in its order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _who(exercise: Exercise, notebook: Cell, cell: Cell) -> str:
    if cell.get("id") in exercise.blanks:
        return YOURS
    if is_hidden(cell):
        return "A check of what you wrote"
    # as a learner counts them, who does not see the hidden ones
    seen = [item for item in notebook["cells"] if not is_hidden(item)]
    number = seen.index(cell) + 1
    above = [item for item in seen[:number] if item.get("id") in exercise.blanks]
    return f"Cell {number} from the top{', which uses what you wrote,' if above else ''}"


def _error_facts(
    exercise: Exercise, notebook: Cell, cell: Cell, failure: CellFailure
) -> dict[str, str]:
    number, _, text = failure.line.partition(": ")
    facts = {"raised": failure.got}
    if not number or text not in source_of(cell):
        # one line of the cell is enough, unless it is the line of another cell
        facts = {"cell": source_of(cell), **facts}
        written = [item for item in code_cells(notebook) if item.get("id") in exercise.blanks]
        if any(text in source_of(item) for item in written):
            number = f"your {number}"
    return facts | ({number: text} if failure.line else {})


def _difference(cell: Cell, failure: CellFailure) -> dict[str, str]:
    facts = {"cell": source_of(cell), "came back": failure.got or "(nothing)"}
    # of a hidden check the expected value would be the answer
    return facts if is_hidden(cell) else {**facts, "expected": failure.expected or "(nothing)"}


def _authors_sentence(exercise: Exercise, cell: Cell) -> str:
    says = cell["metadata"].get("course", {}).get("says", "")
    return exercise.cell_says.get(cell.get("id", ""), says)
