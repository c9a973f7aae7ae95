"""A save hook for Jupyter's contents manager: reading a lesson leaves no difference in git."""

import contextlib
from pathlib import PurePosixPath
from typing import Any

import nbformat

from course.notebooks.tidying import keep_pictures, tidy

FOLDERS = ("notebooks", "exercises", "solutions")


def tidy_before_saving(
    model: dict[str, Any], path: str, contents_manager: Any, **_: object
) -> None:
    """Tidy a notebook of the course before it is written; leave everything else as it is.

    Jupyter passes what is saved (its "content" is replaced), where to from the root of the server,
    which is that of the course, and its ContentsManager.
    """
    content = model.get("content")
    of_course = PurePosixPath(path).parts[:1] in [(folder,) for folder in FOLDERS]
    if model.get("type") != "notebook" or not of_course or content.get("nbformat") != 4:
        return
    notebook = model["content"] = nbformat.from_dict(content)
    tidy(notebook)
    # a new notebook, or one that something else has spoilt, has no pictures to keep
    with contextlib.suppress(OSError, ValueError):
        file = f"{contents_manager.root_dir}/{path}"
        keep_pictures(notebook, nbformat.read(file, as_version=4))
