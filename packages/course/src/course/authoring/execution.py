"""`course author run-notebooks`: fresh stored outputs, and the same bytes on every run."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from course.learner.progress import write_atomically
from course.lessons import Course, Exercise, Lesson
from course.notebooks.tidying import KERNEL, tidy


@dataclass(frozen=True)
class Execution:
    """How a notebook ran: "fresh" (rewritten), "unchanged", or what went wrong."""

    path: Path
    outcome: str
    error: str | None = None


def references_of(lessons: Sequence[Lesson]) -> list[Exercise]:
    """Return the exercises of lessons whose solution is a notebook."""
    exercises = [exercise for lesson in lessons for exercise in lesson.exercises]
    return [item for item in exercises if item.kind == "notebook" and item.solution.is_file()]


def notebooks_of(course: Course, lessons: Sequence[Lesson]) -> list[Path]:
    """Return the notebooks of lessons: those that are read, and references of exercises."""
    parts = [part.notebook for lesson in lessons for part in lesson.parts]
    read = [path for path in parts if path.is_file()]
    if lessons == course.lessons:
        # notebooks of no lesson (an introduction) belong to the whole course
        read += sorted((course.root / "notebooks").glob("*.ipynb"))
    return list(dict.fromkeys([*read, *(item.solution for item in references_of(lessons))]))


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
            client = NotebookClient(
                notebook,
                timeout=600,
                kernel_name=KERNEL["name"],
                record_timing=False,
                skip_cells_with_tag="nbval-skip",
                extra_arguments=["--IPKernelApp.log_level=ERROR"],
                resources={"metadata": {"path": empty if scratch else str(path.parent)}},
            )
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
