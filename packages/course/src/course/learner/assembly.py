"""The packages with the learner's own code in their holes: what `make serve MINE=1` serves."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from course.lessons import Course, Exercise, LessonError
from sandbox.import_hook import answer_module, with_import

NOT_COPIED = ("__pycache__", "*.egg-info", ".*")
MARK = ".assembled"


def assemble_packages(
    course: Course, passed: Sequence[Exercise], folder: Path
) -> list[tuple[Exercise, Path]]:
    """Copy the packages' sources to `folder`, with the answers of `passed` in their holes.

    A package root `packages/ml_api/src` becomes `folder/ml_api/src`, to be put in front of the
    import path. An answer that fills a module takes its place; one that fills a function lies
    beside the module, which imports it as in grading. `folder` appears whole or not at all; one
    that holds something else is left alone, and is a LessonError. Returned is which answers were
    put in, and as which file.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder / MARK).is_file():
        if not folder.is_dir() or any(folder.iterdir()):
            raise LessonError(f"{folder} is there already and was not assembled by this command.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        (made / MARK).touch()
        for package_root in course.packages:
            ignore = shutil.ignore_patterns(*NOT_COPIED)
            shutil.copytree(package_root, made / _place(course, package_root), ignore=ignore)
        put_in = [(exercise, _put(course, exercise, made)) for exercise in passed]
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        made.rename(folder)
    return [(exercise, folder / path) for exercise, path in put_in if path is not None]


def _place(course: Course, package_root: Path) -> Path:
    """Return where a package root goes: its path without the folder that holds all packages."""
    path = package_root.relative_to(course.root)
    return Path(*path.parts[1:]) if len(path.parts) > 1 else path


def _put(course: Course, exercise: Exercise, made: Path) -> Path | None:
    """Put one answer into its hole; where that is outside the packages, at the same path here."""
    hole = exercise.hole
    for package_root in course.packages:
        if hole is not None and hole.is_relative_to(package_root):
            place = _place(course, package_root)
            file = place / hole.relative_to(package_root)
            if exercise.member is not None:
                name = str(exercise.hole_name)
                # another answer may be in this module already: what is amended is the copy
                amended = with_import((made / file).read_bytes().decode("utf-8"), name)
                (made / file).write_bytes(amended.encode("utf-8"))
                file = place / f"{answer_module(name).replace('.', '/')}.py"
            shutil.copyfile(exercise.answer, made / file)
            return file
    if hole is None:
        return None
    file = hole.relative_to(course.root)
    (made / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(exercise.answer, made / file)
    return file
