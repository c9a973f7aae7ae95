"""Makes a learner's file *be* a module of a package, or one function or class of it.

A hole is named like an entry point: `regression_model.features.elapsed_years` for a module,
`ml_api.auth.api_keys:check` for a function or class. The file for a function stays a module of its
own, beside the package's; that one imports the name at the very place where it would define it, so
that decorators, tables and whatever else uses it at import time has the learner's, too.
"""

import ast
import importlib
import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

VARIABLE = "COURSE_HOLE"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def answer_module(hole: str) -> str:
    """Return the name of the module that a file is loaded as, to fill `hole`.

    Beside `ml_api.auth.api_keys` it is `ml_api.auth.api_keys__check`; a module is filled by itself.
    """
    return hole.replace(":", "__")


def find_definition(tree: ast.Module, name: str) -> Definition:
    """Return the statement of a module that defines a function or class.

    Raises
    ------
    LookupError
        There is none, or more than one.
    """
    found = [node for node in tree.body if isinstance(node, Definition) and node.name == name]
    if len(found) != 1:
        raise LookupError(f"there is {'more than one' if found else 'no'} function or class {name}")
    return found[0]


def first_line(node: ast.stmt) -> int:
    """Return the number of the first line of a statement, its decorators included, from 1."""
    return min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])


def with_import(source: str, hole: str) -> str:
    """Return the source of a module with an import in place of a definition.

    Parameters
    ----------
    source : str
        Of the module that the hole, a function or class, is in.

    Raises
    ------
    LookupError
        It does not define the name of the hole, or does so twice.
    """
    module, _, name = hole.partition(":")
    node = find_definition(ast.parse(source), name)
    lines = source.splitlines(keepends=True)
    own = answer_module(hole)
    # pickle and skops look for a class where it says that it is from
    place = f'{name}.__module__ = {name}.__module__.replace("{own}", "{module}")'
    end = node.end_lineno or node.lineno
    # as many lines as before: a traceback through the module shows the right ones
    blank = "\n" * (end - first_line(node))
    lines[first_line(node) - 1 : end] = [f"from {own} import {name}; {place}\n{blank}"]
    return "".join(lines)


def without(source: str, name: str) -> str:
    """Return the source of a module in which a function or class is an empty one."""
    node = find_definition(ast.parse(source), name)
    lines = source.splitlines(keepends=True)
    lines[first_line(node) - 1 : node.end_lineno] = [f"def {name}(): ...\n"]
    return "".join(lines)


class HoleFinder(importlib.abc.MetaPathFinder):
    """Finds what fills a hole in a file of our choice, and every other module as usual.

    Parameters
    ----------
    hole : str
        "regression_model.features.elapsed_years", "ml_api.auth.api_keys:check".
    file : Path
        What is loaded for it.
    """

    def __init__(self, hole: str, file: Path):
        self.hole = hole
        self.file = file

    def find_spec(  # pylint: disable=unused-argument  # the import system passes them
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of our file for its module, of the amended one around it, or None."""
        around, _, name = self.hole.partition(":")
        if fullname == answer_module(self.hole):
            usual = None if name else PathFinder.find_spec(fullname, path)
            # a package stays one: its other modules are where they were
            folders = usual.submodule_search_locations if usual else None
            return importlib.util.spec_from_file_location(
                fullname, self.file, submodule_search_locations=folders
            )
        if fullname != around:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.origin is not None:
            spec.loader = _AmendedLoader(fullname, spec.origin, self.hole)
        return spec


class _AmendedLoader(SourceFileLoader):
    """Loads a module with the import of an answer in place of what it defines itself."""

    def __init__(self, fullname: str, path: str, hole: str):
        super().__init__(fullname, path)
        self.hole = hole

    def get_code(self, fullname: str) -> CodeType:
        """Compile the source, past the cache: that one holds the module as it is."""
        path = self.get_filename(fullname)
        source = importlib.util.decode_source(self.get_data(path))
        return self.source_to_code(with_import(source, self.hole).encode(), path)


def fill(hole: str, file: Path) -> None:
    """Have whoever imports what `hole` names get what is in `file`, in this process."""
    sys.meta_path.insert(0, HoleFinder(hole, file))
    for module in (hole.partition(":")[0], answer_module(hole)):
        sys.modules.pop(module, None)


def load(hole: str) -> ModuleType:
    """Import what fills a hole, by way of the module around it; return the answer's module."""
    importlib.import_module(hole.partition(":")[0])
    return importlib.import_module(answer_module(hole))


def fill_in_children(hole: str, file: Path, folder: Path) -> None:
    """Do what `fill` does, in every Python that this process starts.

    Parameters
    ----------
    folder : Path
        Is made, for what those Pythons read first.
    """
    folder.mkdir()
    start = "from sandbox.import_hook import fill_from_environment\nfill_from_environment()\n"
    (folder / "sitecustomize.py").write_text(start, encoding="utf-8")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.environ[VARIABLE] = f"{hole}={file}"


def fill_from_environment() -> None:
    """Do what `fill_in_children` has announced, in a Python that was started."""
    hole, _, file = os.environ.get(VARIABLE, "").partition("=")
    if file:
        fill(hole, Path(file))
