"""Makes a learner's file *be* a module of the real package."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
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
        usual = PathFinder.find_spec(fullname, path)
        return importlib.util.spec_from_file_location(
            fullname,
            self.file,
            # a package stays one: its other modules are where they were
            submodule_search_locations=usual.submodule_search_locations if usual else None,
        )


def fill(module: str, file: Path) -> None:
    """Have `import module` load `file`, in this process."""
    sys.meta_path.insert(0, HoleFinder(module, file))
    sys.modules.pop(module, None)


def fill_in_children(module: str, file: Path, folder: Path) -> None:
    """Have `import module` load `file`, in every Python that this process starts.

    Parameters
    ----------
    folder : Path
        Is made, for what those Pythons read first.
    """
    folder.mkdir()
    start = "from course.hole import fill_from_environment\nfill_from_environment()\n"
    (folder / "sitecustomize.py").write_text(start, encoding="utf-8")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.environ[VARIABLE] = f"{module}={file}"


def fill_from_environment() -> None:
    """Do what `fill_in_children` has announced, in a Python that was started."""
    module, _, file = os.environ.get(VARIABLE, "").partition("=")
    if file:
        fill(module, Path(file))
