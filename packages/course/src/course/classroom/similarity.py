"""Answers that are alike: the same syntax tree but for what can be changed without a thought.

Short answers are alike by chance, and a hole has often one natural answer: what is found is laid
side by side for a person to judge, the longest first.
"""

import ast
import builtins
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.lessons import Exercise
from course.lessons.cells import cells_of, find_answers, source_of
from course.lessons.stubs import read_solution, stub_text


@dataclass(frozen=True)
class Alike:
    """Texts of one exercise that are alike, each with whose it is.

    `size` is in parts of a tree, beyond those of the file that was given.
    """

    exercise: str
    size: int
    texts: Mapping[str, Sequence[str]]  # text -> names
    like_the_solution: bool

    @property
    def names(self) -> list[str]:
        """Whose answers they are."""
        return sorted(name for names in self.texts.values() for name in names)


def alike(exercise: Exercise, answers: Mapping[str, Path]) -> list[Alike]:
    """Return the groups of two answers or more that are alike, or that are like the solution.

    `answers` are those to be compared, by whose they are: no untouched stubs.
    """
    solution, _ = form_of(exercise, read_solution(exercise))
    _, given = form_of(exercise, stub_text(exercise))
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    sizes: dict[str, int] = {}
    for name, path in answers.items():
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        form, size = form_of(exercise, text)
        sizes[form] = max(size - given, 1)
        groups[form][_text(exercise, text)].append(name)
    return [
        Alike(exercise.id, sizes[form], texts, form == solution)
        for form, texts in groups.items()
        if form == solution or sum(map(len, texts.values())) > 1
    ]


def _text(exercise: Exercise, text: str) -> str:
    """Return what a learner wrote: of a notebook the cells that are to write."""
    if exercise.kind == "notebook":
        with contextlib.suppress(ValueError):
            found = find_answers(exercise.blanks, cells_of(text), cells_of(read_solution(exercise)))
            return "\n\n".join(source_of(cell) for cell in found.values() if cell)
    return text


def form_of(exercise: Exercise, text: str) -> tuple[str, int]:
    """Return a hash of what stays of an answer when names are changed, and the size of it."""
    text = _text(exercise, text)
    try:
        if not exercise.file.endswith((".py", ".ipynb")):
            raise SyntaxError("no Python: its lines are compared")
        tree = _Nameless().visit(ast.parse(text))
        form, size = ast.dump(tree), sum(1 for _ in ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = ["".join(line.split("#")[0].split()) for line in text.splitlines()]
        form, size = "\n".join(filter(None, lines)), len(text.split())
    return hashlib.sha256(form.encode(errors="replace")).hexdigest(), size


class _Nameless(ast.NodeTransformer):
    """Takes away what can be changed without a thought: names become numbers, in their order.

    Imports, docstrings and other lone values, `pass` and annotations of functions go.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}

    def _number(self, name: str) -> str:
        if name in vars(builtins):
            return name
        return self.numbers.setdefault(name, f"name {len(self.numbers)}")

    def generic_visit(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return None
        for key in ("name", "id", "arg", "asname"):
            if isinstance(name := getattr(node, key, None), str):
                setattr(node, key, self._number(name))
        for key in ("annotation", "returns"):
            if hasattr(node, key) and not isinstance(node, ast.AnnAssign):
                setattr(node, key, None)
        return super().generic_visit(node)

    def _without(self, _: ast.AST) -> None:
        return None

    visit_Import = visit_ImportFrom = visit_Pass = _without
