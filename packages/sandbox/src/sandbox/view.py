"""What an answer that is not trusted may see: Python, the system, the packages without a hole."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sandbox import import_hook, namespaces


def strict_view(
    packages: Sequence[Path], also: Path, hole: Path | None = None, member: str | None = None
) -> dict[str, str]:
    """Return the paths that are shown, each with what is seen there.

    Parameters
    ----------
    packages : sequence of Path
        Folders with packages; they are seen as they are, but for the hole. The copies go to the
        folder for temporary files.
    also : Path
        A further folder, seen as it is.
    hole : Path, optional
        The module that is not to be seen.
    member : str, optional
        The function or class of it that is meant, where not all of it is.
    """
    shown = namespaces.python_and_system()
    shown[str(also)] = str(also)
    for package in packages:
        copy = Path(tempfile.mkdtemp(prefix="package-"))
        shutil.copytree(package, copy, dirs_exist_ok=True)
        shown[str(package)] = str(copy)
        if hole is not None and hole.is_relative_to(package):
            module = copy / hole.relative_to(package)
            source = module.read_text(encoding="utf-8")
            left = import_hook.without(source, member) if member else ""
            module.write_text(left, encoding="utf-8")
            for compiled in module.parent.glob(f"__pycache__/{module.stem}.*"):
                compiled.unlink()
    return shown
