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

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# what people write; all else in a cell's metadata is the memory of some tool
KEPT_METADATA = ("tags", "course", "slideshow")


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


def tidy(notebook: Any) -> None:
    """Remove what differs between two runs or two machines, and nothing that a reader sees."""
    notebook.metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    notebook.nbformat_minor = 5
    count = 0
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        if cell.cell_type == "code":
            count += bool(cell.execution_count)
            cell.execution_count = count if cell.execution_count else None
            cell.outputs = _joined(cell.outputs)
            for output in cell.outputs:
                _tidy_output(output, cell.execution_count)


def _tidy_output(output: Any, count: int | None) -> None:
    if output.output_type == "execute_result":
        output.execution_count = count
    if output.output_type == "error":
        # full of paths; the type and the message say what a reader needs
        output.traceback = [f"{output.ename}: {output.evalue}"]


def _joined(outputs: Sequence[Any]) -> list[Any]:
    """Join pieces of one stream: where they are cut depends on the moment."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if output.output_type == "stream" and last is not None and last.get("name") == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined
