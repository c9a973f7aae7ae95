"""The cells of a notebook file, and which of them hold a learner's answer.

JupyterLab gives cells new ids when they are pasted, and other tools when they rewrite a file; some
drop the metadata. So a cell is known by its mark, by its id, and by what stands around it.
"""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

Cell = dict[str, Any]


def cells_of(text: str) -> list[Cell]:
    """Return the cells of a notebook file; it is a ValueError if it is none."""
    try:
        return [cell for cell in json.loads(text)["cells"] if isinstance(cell, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"The file is no notebook any more: {error}.") from error


def source_of(cell: Cell) -> str:
    """Return the source of a cell, which notebooks store as a text or as a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def is_hidden(cell: Cell) -> bool:
    """Tell whether a cell of the reference checks the answer, and is not shown to the learner."""
    return "hidden" in cell["metadata"].get("tags", ())


def find_answers(
    names: Iterable[str], cells: Sequence[Cell], reference: Sequence[Cell]
) -> dict[str, Cell | None]:
    """Return the learner's cell for each answer, None for one that is not to be found.

    The answers are named by the ids of their cells in the author's notebook, the reference.
    """
    names = list(names)
    found: dict[str, Cell | None] = {}
    for name in names:
        known = [cell for cell in cells if name in (_mark(cell), cell.get("id"))]
        # code before text, the mark before the id, and the first of those that are alike
        best = max(known, key=partial(_likeness, name), default=None)
        found[name] = best or _between(names, name, cells, reference)
    return found


def _likeness(name: str, cell: Cell) -> tuple[bool, bool, bool]:
    return cell.get("cell_type") == "code", _mark(cell) == name, cell.get("id") == name


def _mark(cell: Cell) -> str | None:
    """Return which answer a cell holds: its metadata keep that when it is cut and pasted."""
    metadata = cell.get("metadata")
    mark = metadata.get("course") if isinstance(metadata, dict) else None
    return mark.get("answer") if isinstance(mark, dict) else None


def _between(
    names: Sequence[str], name: str, cells: Sequence[Cell], reference: Sequence[Cell]
) -> Cell | None:
    """Return the code cell that stands between the same two texts as an answer does."""
    seen: list[Cell] = [{}, *(cell for cell in reference if not is_hidden(cell)), {}]
    at = next((n for n, cell in enumerate(seen) if cell.get("id") == name), None)
    if at is None:
        return None
    wanted = [
        None if item.get("id") in names else source_of(item) for item in seen[at - 1 : at + 2]
    ]
    theirs: list[Cell] = [{}, *cells, {}]
    for before, cell, after in zip(theirs, theirs[1:], theirs[2:]):
        pairs = ((wanted[0], before), (wanted[2], after))
        fits = all(text is None or text == source_of(other) for text, other in pairs)
        if fits and cell.get("cell_type") == "code" and (wanted[0] or wanted[2]):
            return cell
    return None
