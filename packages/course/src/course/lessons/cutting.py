"""The solution of an exercise that fills a hole: what is cut out of a package.

Of a module it is the whole file. Of one function or class it is its source, byte for byte, with
what it needs to be a module of its own:

- the imports that it uses, and the private functions and plain constants of its module, as is;
- an import of whatever else it uses of its module: there must be one of each class, table and
  lock, so these are not copied. They have to be defined above the hole, since the module asks for
  the answer at the place of the hole.
"""

import ast
import symtable
from collections.abc import Iterator
from typing import Any
from course.lessons.model import Exercise
from sandbox.import_hook import Definition, find_definition, first_line

# what a constant may be made of, to be copied: nothing that two could share and change
PLAIN = ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop | ast.Tuple | ast.Load
IMPORTS = ast.Import | ast.ImportFrom


def cut_solution(exercise: Exercise) -> bytes:
    """Return the content of the solution of an exercise that fills a hole.

    It is an error, LessonError, if there is no such file or function, or it cannot be cut out.
    """
    hole = exercise.hole
    if hole is None or not hole.is_file():
        raise exercise.error("fills", f"there is no file {hole}")
    content = hole.read_bytes()
    if exercise.member is None:
        return content
    module = str(exercise.hole_name).partition(":")[0]
    others = [
        item.member for item in exercise.lesson.exercises if item.member and item.hole == hole
    ]
    try:
        text = _Module(content.decode("utf-8"), module, others).cut(exercise.member)
    except (LookupError, SyntaxError) as error:
        raise exercise.error("fills", f"{module}: {error}") from error
    return text.encode("utf-8")


class _Module:
    """A module's source, of which one definition is cut out."""

    def __init__(self, source: str, name: str, holes: list[str]):
        self.name = name
        self.holes = holes
        self.lines = source.splitlines(keepends=True)
        self.tree = ast.parse(source)
        self.defined = {name: node for node in self.tree.body for name in _bound(node)}

    def cut(self, name: str) -> str:
        target = find_definition(self.tree, name)
        copied, asked = self._needs(target)
        parts = sorted([*copied, target], key=lambda node: node.lineno)

        def texts(kinds: Any) -> list[str]:
            return [self._text(node) for node in parts if isinstance(node, kinds)]

        own = f"from {self.name} import {', '.join(asked)}\n" if asked else ""
        blocks = [
            f'"""`{name}` of `{self.name}`."""\n',
            *(self._text(node) for node in self.tree.body if _is_future(node)),
            "".join(texts(IMPORTS)) + own,
            *texts(ast.If | ast.Try),
            "".join(texts(ast.Assign | ast.AnnAssign)),
        ]
        return "\n\n".join(["\n".join(filter(None, blocks)), *texts(Definition)])

    def _needs(self, target: ast.stmt) -> tuple[list[ast.stmt], list[str]]:
        """Return the statements that are copied along, and the names that are asked for."""
        copied: list[ast.stmt] = []
        asked: set[str] = set()
        ahead: list[ast.stmt] = [target]
        while ahead:
            for name in sorted(_globals(self._text(ahead.pop()))):
                node = self.defined.get(name)
                if node is None or node in (target, *copied) or name in asked:
                    continue
                if self._goes_along(node, name):
                    copied.append(node)
                    ahead.append(node)
                elif node.lineno > target.lineno:
                    raise LookupError(f"the hole uses {name}, which has to be defined above it")
                else:
                    asked.add(name)
        return sorted(copied, key=lambda node: node.lineno), sorted(asked)

    def _goes_along(self, node: ast.stmt, name: str) -> bool:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return name.startswith("_") and name not in self.holes
        if isinstance(node, ast.Assign | ast.AnnAssign):
            return node.value is not None and all(
                isinstance(part, PLAIN) for part in ast.walk(node.value)
            )
        around = ast.If | ast.Try | ast.ExceptHandler
        return all(isinstance(part, IMPORTS | around) for part in statements(node))

    def _text(self, node: ast.stmt) -> str:
        """Return the lines of a statement, with the comment above it."""
        start = first_line(node) - 1
        while start and self.lines[start - 1].startswith("#"):
            start -= 1
        return "".join(self.lines[start : node.end_lineno])


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a statement, and those within it that belong to the same scope."""
    yield node
    if isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.stmt | ast.ExceptHandler):
                yield from statements(part)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module binds."""
    for node in statements(statement):
        if isinstance(node, Definition):
            yield node.name
        elif isinstance(node, IMPORTS):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            names = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            yield from (part.id for part in names if isinstance(part.ctx, ast.Store))


def _globals(text: str) -> set[str]:
    """Return the names that a piece of a module takes from around it, and may not change."""
    names: set[str] = set()
    tables = [symtable.symtable(text, "<hole>", "exec")]
    for table in tables:
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                raise LookupError(f"the hole changes the global {symbol.get_name()}")
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
                names.add(symbol.get_name())
    return names
