"""The form that every part of a lesson has, so that each can be read in one go."""

import re
import statistics
from collections.abc import Iterator, Sequence

from course.lessons import Lesson, Part
from course.lessons.cells import Cell, cells_of, source_of
from course.lessons.minutes import about, part_minutes, words_in

MOST_CELLS = 40
MOST_WORDS = 1_500
LONGEST_CELL = 15  # lines
MEDIAN_CELL = 7  # lines
KNOWLEDGE_CHECKS = 3
REMEMBERED = range(3, 6)  # lines
MINUTES = re.compile(r"About (?:\d+|NN) minutes? \(an estimate\)\.")
FOLDED = ("<details>", "<summary>Answer</summary>", "</details>")


def minutes_line(lesson: Lesson, part: Part) -> str:
    """Return the line of a part's head that says how long it takes, or raise as `part_minutes`."""
    return f"{about(part_minutes(lesson, part)).capitalize()}."


def problems_of(lesson: Lesson, part: Part) -> list[str]:
    """Return what is wrong with the form of a part, in sentences, or raise as `part_minutes`."""
    cells = cells_of(part.notebook.read_text(encoding="utf-8"))
    found = [*_sizes(cells), *_knowledge_checks(cells), *_head(cells), *_foot(lesson, part, cells)]
    line = minutes_line(lesson, part)
    if cells and line not in source_of(cells[0]):
        found.append(f"its head does not say {line!r}; run `course author sync`")
    return [f"{part.notebook.name}: {problem}" for problem in found]


def _is_code(cell: Cell) -> bool:
    """Tell whether a cell holds code to read, and not an order to the notebook."""
    return cell["cell_type"] == "code" and not source_of(cell).startswith("%")


def _lines(cell: Cell) -> int:
    return sum(bool(line.strip()) for line in source_of(cell).splitlines())


def _sizes(cells: Sequence[Cell]) -> Iterator[str]:
    words, lengths = words_in(cells), [_lines(cell) for cell in cells if _is_code(cell)]
    if len(cells) > MOST_CELLS:
        yield f"{len(cells)} cells, {MOST_CELLS} at most"
    if words > MOST_WORDS:
        yield f"{words:,} words of prose, {MOST_WORDS:,} at most"
    if lengths and statistics.median(lengths) > MEDIAN_CELL:
        yield f"half of its code cells have more than {MEDIAN_CELL} lines"
    for number, (before, cell) in enumerate(zip([None, *cells], cells), 1):
        if _is_code(cell) and _lines(cell) > LONGEST_CELL:
            yield f"cell {number} has {_lines(cell)} lines of code, {LONGEST_CELL} at most"
        if _is_code(cell) and (before is None or before["cell_type"] != "markdown"):
            yield f"cell {number} is code without a paragraph before it"


def _tags(cell: Cell) -> Sequence[str]:
    return cell["metadata"].get("tags", ())


def _knowledge_checks(cells: Sequence[Cell]) -> Iterator[str]:
    checks = [cell for cell in cells if "knowledge-check" in _tags(cell)]
    if len(checks) < KNOWLEDGE_CHECKS:
        yield f"{len(checks)} cells tagged knowledge-check, {KNOWLEDGE_CHECKS} are needed"
    for number, cell in enumerate(checks, 1):
        if cell["cell_type"] != "markdown" or any(mark not in source_of(cell) for mark in FOLDED):
            yield f"knowledge check {number} is no text with its answer folded in {FOLDED[0]}"


def _head(cells: Sequence[Cell]) -> Iterator[str]:
    head = source_of(cells[0]) if cells and cells[0]["cell_type"] == "markdown" else ""
    if not head.startswith("# "):
        yield "the first cell is no head: it begins with `# ` and the title"
    for words in ("you will be able to", "you need"):
        if words not in head.lower():
            yield f"its head does not say what {words}"
    if "TODO" in head:
        yield "it is still to be written"


def _foot(lesson: Lesson, part: Part, cells: Sequence[Cell]) -> Iterator[str]:
    texts = [source_of(cell) if cell["cell_type"] == "markdown" else "" for cell in cells]
    start = next((n for n, text in enumerate(texts) if "What to remember" in text), len(texts))
    foot = "\n".join(texts[start:])
    remembered = re.split(r"^#+ ", foot.partition("What to remember")[2], flags=re.MULTILINE)[0]
    if len(re.findall(r"^(?:[-*]|\d\.) ", remembered, re.MULTILINE)) not in REMEMBERED:
        yield 'its foot has no list "What to remember" of three to five lines'
    if not re.search(r"^#+ Exercise", foot, re.MULTILINE):
        yield 'its foot has no heading "Exercise"'
    following = lesson.parts[lesson.parts.index(part) + 1 :]
    if following and f"]({following[0].notebook.name})" not in foot:
        yield f"its foot has no link to the next part, {following[0].notebook.name}"
    yield from _check_cells(part, [cell for cell in cells if cell["cell_type"] == "code"])


def _check_cells(part: Part, cells: Sequence[Cell]) -> Iterator[str]:
    """Say what is wrong with the cells that ask for verdicts."""
    sources = [source_of(cell).strip() for cell in cells]
    first = next((n for n, text in enumerate(sources) if text.startswith("%check")), 0)
    loads = first and sources[first - 1] == "%load_ext course"
    if not loads or "nbval-ignore-output" not in _tags(cells[first - 1]):
        yield "no `%load_ext course`, tagged nbval-ignore-output, stands before the first %check"
    for exercise in part.exercises:
        if (text := f"%check {exercise}") not in sources:
            yield f"there is no cell `{text}`"
        elif "nbval-skip" not in _tags(cell := cells[sources.index(text)]) or cell["outputs"]:
            yield f"the cell `{text}` is to be tagged nbval-skip and to store no output"
