"""`course author run-notebooks`: fresh stored outputs, and the same bytes on every run."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from course.learner.progress import write_atomically
from course.lessons import Course, Lesson
from course.notebooks.tidying import KERNEL, tidy


@dataclass(frozen=True)
class Execution:
    """How a notebook ran: "fresh" (rewritten), "unchanged", or what went wrong."""

    path: Path
    outcome: str
    error: str | None = None


def notebooks_of(course: Course, lessons: Sequence[Lesson]) -> list[Path]:
    """Return the notebooks of lessons: those that are read, and references of exercises."""
    parts = [part.notebook for lesson in lessons for part in lesson.parts]
    read = [path for path in parts if path.is_file()]
    references = [
        exercise.solution
        for lesson in lessons
        for exercise in lesson.exercises
        if exercise.kind == "notebook" and exercise.solution.is_file()
    ]
    # notebooks of no lesson (an introduction) belong to the whole course
    others = (
        sorted((course.root / "notebooks").glob("*.ipynb")) if lessons == course.lessons else []
    )
    return list(dict.fromkeys(read + others + references))


def run_notebooks(
    course: Course, paths: Sequence[Path], done: Callable[[], None] = lambda: None
) -> list[Execution]:
    """Execute notebooks and store their outputs in place, two at a time."""

    def run(path: Path) -> Execution:
        execution = run_notebook(path, scratch=not path.is_relative_to(course.root / "notebooks"))
        done()
        return execution

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(run, paths))


def run_notebook(path: Path, scratch: bool = False) -> Execution:
    """Execute one notebook and store its outputs, unless a cell fails.

    Parameters
    ----------
    scratch : bool
        Run in an empty directory, as an exercise is graded, and not in the notebook's own.
    """
    old = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(old, as_version=4)
    try:
        with tempfile.TemporaryDirectory(prefix="course-") as empty:
            client = _client(notebook, Path(empty) if scratch else path.parent)
            # nbclient's own `execute` leaves an event loop open in each thread
            asyncio.run(client.async_execute())
    except (CellExecutionError, DeadKernelError, TimeoutError) as error:
        return Execution(path, "failed", str(error))
    tidy(notebook)
    new = nbformat.writes(notebook) + "\n"
    if new == old:
        return Execution(path, "unchanged")
    write_atomically(path, new)
    return Execution(path, "fresh")


def _client(notebook: Any, folder: Path) -> NotebookClient:
    return NotebookClient(
        notebook,
        timeout=600,
        kernel_name=KERNEL["name"],
        record_timing=False,
        skip_cells_with_tag="nbval-skip",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
