"""Cut an exercise out of its solution: the text that a learner starts from.

The rest of the file (comments, formatting, imports) stays as it is, byte for byte, so that a
learner reads real code around the hole.
"""

import ast
import contextlib
import hashlib
import json
import textwrap

from pathlib import Path
from typing import Any

from course.lessons.cells import cells_of, find_answers, is_hidden, source_of
from course.lessons.cutting import statements
from course.lessons.model import Exercise
from sandbox.import_hook import Definition, first_line

LINE_LENGTH = 100


def stub_text(exercise: Exercise, solution: str | None = None) -> str:
    """Return the text of the file that the learner starts from, made of that of the solution.

    LessonError says that there is no solution (by default, its file), or what it lacks.
    """
    if exercise.stub is not None:
        return exercise.stub
    blank = _blank_cells if exercise.kind == "notebook" else _blank_code
    return blank(exercise, read_solution(exercise) if solution is None else solution)


def read_solution(exercise: Exercise) -> str:
    """Return the text of the solution; it is a LessonError if there is no such file."""
    try:
        return exercise.solution.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        path = exercise.solution.relative_to(exercise.lesson.root)
        raise exercise.error("file", f"there is no {path}; run `course author sync`") from error


def is_untouched(exercise: Exercise, answer: Path | str) -> bool:
    """Tell whether `answer` (a path, or a text) is still the stub.

    White space at the ends of lines does not count, nor, in a notebook, anything but the sources
    of the answer cells: JupyterLab rewrites the rest on every save.
    """
    if isinstance(answer, Path):
        if not answer.is_file():
            return False
        try:
            answer = answer.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return False
    return same_answer(exercise, answer, stub_text(exercise))


def same_answer(exercise: Exercise, one: str, other: str) -> bool:
    """Tell whether two texts of the learner's file are the same answer."""
    return _essence(exercise, one) == _essence(exercise, other)


def fingerprint(exercise: Exercise, answer: Path) -> str | None:
    """Return a hash of what counts in an answer; None where there is no such file."""
    if not answer.is_file():  # reading a pipe would wait for ever
        return None
    try:
        content = answer.read_bytes()
    except OSError:
        return None
    essence = _essence(exercise, content.decode("utf-8-sig", errors="backslashreplace"))
    return hashlib.sha256(json.dumps(essence).encode()).hexdigest()


def tests_hash(exercise: Exercise) -> str:
    """Return a hash of what an answer is judged by: its tests, and the hole or the solution."""
    files = (exercise.tests, exercise.tests.with_name("conftest.py"), exercise.solution)
    files = (*files, exercise.hole or exercise.solution)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() + b"\0" if file.is_file() else b"\0")
    return digest.hexdigest()


def _essence(exercise: Exercise, text: str) -> Any:
    """Return what counts in an answer; a notebook that can't be read counts as it is."""
    if exercise.kind == "notebook":
        with contextlib.suppress(ValueError):
            found = find_answers(exercise.blanks, cells_of(text), cells_of(read_solution(exercise)))
            return {key: [_bare(source_of(cell))] if cell else [] for key, cell in found.items()}
    return _bare(text)


def _bare(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


# notebooks ------------------------------------------------------------------------------------


def _blank_cells(exercise: Exercise, solution: str) -> str:
    notebook = json.loads(solution)
    cells = {cell.get("id"): cell for cell in notebook["cells"]}
    for cell_id in exercise.blanks:
        if (cell := cells.get(cell_id)) is None:
            raise exercise.error("cells", f"{exercise.file} has no cell with the id {cell_id}")
        lines = [*_todo_lines(exercise, cell_id, ""), still_to_do(exercise)]
        cell["source"] = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
        # cut and pasted, a cell gets a new id but keeps this
        cell["metadata"]["course"] = {"answer": cell_id}
    notebook["cells"] = [cell for cell in notebook["cells"] if not is_hidden(cell)]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            # outputs would show the answer
            cell.update(outputs=[], execution_count=None)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


# code -----------------------------------------------------------------------------------------


def _blank_code(exercise: Exercise, solution: str) -> str:
    try:
        tree = ast.parse(solution)
    except SyntaxError as error:
        raise exercise.error("file", f"the solution is no Python: {error}") from error
    nodes = [(name, node) for name in exercise.blanks for node in _find(exercise, tree, name)]
    lines = solution.splitlines(keepends=True)
    spans = [(*_blanked(exercise, name, node, lines), name) for name, node in nodes]
    # from the end, so that the numbers of the lines before stay true
    below = len(lines)
    for start, end, replacement, name in sorted(spans, key=lambda span: span[0], reverse=True):
        if end > below:
            raise exercise.error("blank", f"{name} holds another name that is blanked")
        lines[start:end] = replacement
        below = start
    return "".join(lines)


def _find(exercise: Exercise, tree: ast.Module, name: str) -> list[ast.stmt]:
    """Return the statements that define a qualified name; getter and setter share theirs."""
    scopes: list[Any] = [tree]
    for part in name.split("."):
        scopes = [
            node
            for scope in scopes
            for statement in getattr(scope, "body", ())
            for node in statements(statement)
            if _defines(node, part)
        ]
    if not scopes:
        raise exercise.error("blank", f"{exercise.file} defines no {name}")
    return scopes


def _defines(node: ast.AST, name: str) -> bool:
    if isinstance(node, Definition):
        return node.name == name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _blanked(
    exercise: Exercise, name: str, node: ast.stmt, lines: list[str]
) -> tuple[int, int, list[str]]:
    """Return which lines (from, up to) make way for which."""
    if not isinstance(node, Definition):
        return _blanked_value(exercise, name, node, lines)
    of_class = isinstance(node, ast.ClassDef)
    indent = " " * (node.col_offset + 4)
    # a class body runs when the file is imported, so it must not raise
    todo = [
        *_todo_lines(exercise, name, indent),
        indent + ("pass" if of_class else still_to_do(exercise)),
    ]
    if ast.get_docstring(node, clean=False) is not None:
        start, head = node.body[0].end_lineno or 0, ["\n"] if of_class else []
    else:
        start, head = _start_of_body(node, lines)
    return start, _end_of_body(node, lines), head + [f"{line}\n" for line in todo]


def _start_of_body(node: Definition, lines: list[str]) -> tuple[int, list[str]]:
    """Return the first line of a body without docstring, and the signature where they share it."""
    first = node.body[0]
    start = first_line(first) - 1
    before = lines[start].encode()[: first.col_offset].decode()
    if before.strip() and start == first.lineno - 1:
        return start, [f"{before.rstrip()}\n"]
    while not lines[start - 1].strip() or lines[start - 1].strip().startswith("#"):
        start -= 1
    return start, []


def _end_of_body(node: Definition, lines: list[str]) -> int:
    """Return the line after a body, comments that still belong to it included."""
    end = node.end_lineno or 0
    for number in range(end, len(lines)):
        text = lines[number].strip()
        if text and not text.startswith("#"):
            break
        if text and len(lines[number]) - len(lines[number].lstrip()) > node.col_offset:
            end = number + 1
    return end


def _blanked_value(
    exercise: Exercise, name: str, node: Any, lines: list[str]
) -> tuple[int, int, list[str]]:
    """A constant becomes None, and the comment above it says what it should be."""
    start, end = node.lineno - 1, node.end_lineno
    indent = " " * node.col_offset
    value = node.value.col_offset if node.value.lineno == node.lineno else None
    head = lines[start].encode()[:value].decode().split("#")[0].rstrip(" (\n")
    todo = [f"{line}\n" for line in _todo_lines(exercise, name, indent)]
    return start, end, [*todo, f"{head} None\n"]


def _todo_lines(exercise: Exercise, name: str, indent: str) -> list[str]:
    return textwrap.wrap(
        f"TODO: {exercise.todos[name]}",
        width=LINE_LENGTH,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def still_to_do(exercise: Exercise) -> str:
    """Return the line of a stub that says so when it is run."""
    return f'raise NotImplementedError("exercise {exercise.id} is still to do")'
