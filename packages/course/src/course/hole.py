"""Makes a learner's file *be* a module of the real package."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

VARIABLE = "COURSE_HOLE"


class HoleFinder(importlib.abc.MetaPathFinder):
    """Finds one module, by its dotted name, in a file of our choice.

    Parameters
    ----------
    module : str
        "regression_model.features.elapsed_years"; every other module is found as usual.
    file : Path
        What is loaded for it.
    """

    def __init__(self, module: str, file: Path):
        self.module = module
        self.file = file

    def find_spec(  # pylint: disable=unused-argument  # the import system passes them
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of our file for our module, None for any other."""
        if fullname != self.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.file)


def fill(module: str, file: Path) -> None:
    """Have `import module` load `file` in this process, and in Pythons that it starts."""
    sys.meta_path.insert(0, HoleFinder(module, file))
    sys.modules.pop(module, None)
    os.environ[VARIABLE] = f"{module}={file}"


def fill_from_environment() -> None:
    """Do in a started Python what `fill` announced."""
    module, _, file = os.environ.get(VARIABLE, "").partition("=")
    if file:
        sys.meta_path.insert(0, HoleFinder(module, Path(file)))
