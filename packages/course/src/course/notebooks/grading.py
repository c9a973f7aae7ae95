"""Runs a merged notebook with nbval, its kernel being a limited child, and says what differed.

What its cells should show comes from the reference, which is run at the same time in a kernel of
its own. The value of a cell's last line is what counts: not what is printed or shown on the way.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

# nbval loads nbformat, that jsonschema, and that, where it is installed, a grammar of addresses
# that takes a second to build and that no notebook is checked with
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# pylint: disable=wrong-import-position
from jupyter_core.utils import ensure_event_loop
from nbformat import from_dict
from nbformat.v4 import output_from_msg
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from course.lessons import Exercise
from course.lessons.cells import Cell, source_of
from course.notebooks.merging import (
    CellFailure,
    NotebookError,
    code_cells,
    explain,
    merge,
    reference,
    seed_of,
)
from sandbox.confinement import Limits, scratch_directory
from sandbox.kernel import KernelEnded, LimitedKernel
from sandbox.sessions import Session

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# IPython's arrow at a line of a cell: "----> 3     return y"
ARROW = re.compile(r"^-+> (\d+) (.*)$", re.MULTILINE)
LONGEST_TEXT = 2_000
MOST_SEEDS = 10_000
RESULT = "execute_result"
Kernel = tuple[Session, Limits, Sequence[str]]  # what one is started with
# how a kernel ended, for a learner; the verdict is "timeout" for the first two
ENDINGS = {
    "wall_s": "ran for longer than the exercise allows: is there a loop that does not end?",
    "cpu_s": "computed for longer than the exercise allows: is there a loop that does not end?",
    "memory": "took more memory than the exercise allows.",
    "output": "showed far more than the exercise allows.",
    "disk": "wrote more to the disk than the exercise allows.",
    "files": "made more files than the exercise allows.",
    "processes": "started more processes than the exercise allows.",
}
ENDED = "ended the whole Python process (or brought it down: by taking too much memory?)."


@dataclass
class NotebookRun:
    """What came of a notebook.

    Attributes
    ----------
    result : sequence of str
        The verdict ("passed", "failed", "broken" or "timeout"), what the learner is told, and
        where a cell failed, its id.
    shown, expected : dict of str to str
        The value of the last line of each cell that ran, as text, by the cell's id: of the answer
        and of the reference.
    sources : dict of str to str
        The cells' sources.
    given : mapping of str to str
        What the tables were made from, for the learner.
    reference : list of list of dict, or None
        What each cell of the reference shows, if all of them have run.
    """

    result: Sequence[str] = ("passed", "")
    shown: dict[str, str] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    reference: list[list[dict[str, Any]]] | None = None

    def add(self, cell: Cell, shown: str, expected: str) -> None:
        """Note what a cell shows in the answer, and in the reference."""
        name = str(cell.get("id"))
        self.shown[name], self.expected[name] = shown, expected
        self.sources[name] = source_of(cell)


def grade_notebook(
    exercise: Exercise,
    answer: bytes,
    open_session: Callable[[], Session],
    limits: Limits,
    seed: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    known: Sequence[Sequence[Mapping[str, Any]]] | None = None,
) -> NotebookRun:
    """Run the reference notebook with the learner's cells in it, and compare every value.

    Parameters
    ----------
    answer : bytes
        Content of the learner's notebook.
    open_session : callable
        Opens a session in which a kernel runs; it is closed here.
    seed : int, optional
        Of the tables; drawn, if not given.
    tell : callable, optional
        Is told which cell is at hand.
    known : sequence of sequence of mapping, optional
        What the reference shows with this seed: then it is not run again.

    Raises
    ------
    OSError
        No kernel starts here.
    RuntimeError
        nbval refuses the reference, or that does not run.
    """
    seed = secrets.randbelow(MOST_SEEDS) if seed is None else seed
    try:
        text = answer.decode("utf-8-sig")
        notebook = merge(exercise, text, seed)
    except (NotebookError, UnicodeDecodeError) as error:
        return NotebookRun(("broken", str(error)))
    trusted = replace(limits, shown=None)
    kernels: list[Kernel] = [
        (open_session(), each, tuple(map(str, exercise.lesson.packages)))
        for each in (trusted, limits)
    ]
    right = _Reference(reference(exercise, seed), kernels[0], known)
    failure, run = _run_beside(right, notebook, kernels[1], tell)
    if failure is not None:
        run.result = (
            _verdict(exercise, notebook, failure),
            explain(exercise, notebook, failure, text),
            str(code_cells(notebook)[failure.cell].get("id")),
        )
    return run


def _run_beside(
    right: _Reference, notebook: Cell, kernel: Kernel, tell: Callable[[str], None]
) -> tuple[CellFailure | None, NotebookRun]:
    run, cells = NotebookRun(given=seed_of(notebook)), code_cells(notebook)
    with closing(right):
        failure, values = _run(notebook, kernel, right, tell)
        for number, outputs in values.items():
            run.add(cells[number], _value(outputs), _value(right.outputs(number)))
    run.reference = right.all_outputs()
    return failure, run


class _Reference(threading.Thread):
    """Runs the reference meanwhile, unless it is known, and says of each cell what it shows."""

    def __init__(
        self,
        notebook: dict[str, Any],
        kernel: Kernel,
        known: Sequence[Sequence[Mapping[str, Any]]] | None = None,
    ):
        super().__init__(daemon=True)
        self.cells = [source_of(cell) for cell in code_cells(notebook)]
        self.kernel = kernel
        self.futures: list[Future[list[Any]]] = [Future() for _ in self.cells]
        self.stopped = False
        self.ready = threading.Event()  # from here on no other process can join in
        self.known = known
        self.start()

    def outputs(self, cell: int) -> list[Any]:
        """Return what a cell shows, when it has been run.

        Raises
        ------
        Exception
            The reference does not run.
        """
        return self.futures[cell].result()

    def close(self) -> None:
        """End it."""
        self.stopped = True
        self.join()

    def all_outputs(self) -> list[list[dict[str, Any]]] | None:
        """Return the values of all cells, which alone count; None where not all were run."""
        if any(not future.done() or future.exception() for future in self.futures):
            return None
        return [
            [dict(output) for output in future.result() if output.output_type == RESULT]
            for future in self.futures
        ]

    def run(self) -> None:
        if self.known:
            for future, outputs in zip(self.futures, self.known, strict=True):
                future.set_result([from_dict(output) for output in outputs])
            self.ready.set()
            return
        try:
            # what a client of Jupyter waits with, one in each thread
            with closing(ensure_event_loop()), scratch_directory() as scratch:
                kernel = LimitedKernel(*self.kernel, scratch)
                self.ready.set()
                try:
                    for source, future in zip(self.cells, self.futures):
                        if self.stopped:
                            break
                        future.set_result(_outputs_of(kernel, source))
                finally:
                    kernel.stop()
        except BaseException as error:  # pylint: disable=broad-exception-caught  # for who waits
            for future in self.futures:
                if not future.done():
                    future.set_exception(error)
            self.ready.set()


def _outputs_of(kernel: LimitedKernel, source: str) -> list[Any]:
    """Run a cell, and return what it shows."""
    request, outputs = kernel.execute_cell_input(source, allow_stdin=False), []
    while True:
        message = kernel.get_message("iopub")
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["content"].get("execution_state") == "idle":
            return outputs
        if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            outputs.append(output_from_msg(message))


def _run(
    notebook: dict[str, Any], kernel: Kernel, right: _Reference, tell: Callable[[str], None]
) -> tuple[CellFailure | None, dict[int, list[Any]]]:
    """Return the first failure, None where there is none, and what the cells before it showed."""
    # the kernel's working directory is another one: the expected outputs are not lying about
    with tempfile.TemporaryDirectory(prefix="course-") as folder, scratch_directory() as scratch:
        path = Path(folder) / "merged.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        cells = _NotebookPlugin(path, (*kernel, scratch), right, tell)
        plugins = [f"-p{name}" for name in ("no:cacheprovider", "no:terminal", "nbval.plugin")]
        options = ["-x", "--disable-plugin-autoload", *plugins]
        rooted = [f"--rootdir={folder}", "-c", f"{folder}/pytest.ini"]
        Path(folder, "pytest.ini").touch()
        status = pytest.main([*options, *rooted, str(path)], plugins=[cells])
    if isinstance(cells.trouble, OSError):
        raise cells.trouble
    if cells.failure is None and status != pytest.ExitCode.OK:
        raise RuntimeError(f"nbval could not run the notebook: {status!r} {cells.trouble}")
    return cells.failure, cells.values


class _NotebookPlugin:
    """Collects one notebook, as nbval does, and keeps what went wrong in it first."""

    def __init__(
        self,
        path: Path,
        start: tuple[Any, ...],
        right: _Reference,
        tell: Callable[[str], None],
    ):
        self.path = path
        self.tell = tell
        self.start = start
        self.right = right
        self.values: dict[int, list[Any]] = {}
        self.failure: CellFailure | None = None
        self.trouble: BaseException | None = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        # nbval asks for it, and it belongs to the reporting that nobody needs here
        parser.addoption("--color", default="no")

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        if file_path == self.path:
            return _GradedNotebook.from_parent(
                parent, path=file_path, start=self.start, right=self.right
            )
        return None

    def pytest_runtest_setup(self, item: IPyNbCell) -> None:
        self.tell(f"cell {item.cell_num + 1} of {len(self.right.cells)}")

    def pytest_runtest_teardown(self, item: IPyNbCell) -> None:
        if self.failure is None:
            self.values[item.cell_num] = item.test_outputs or []

    def pytest_exception_interact(self, node: Any, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        self.trouble = error
        if isinstance(node, IPyNbCell) and self.failure is None and call.when == "call":
            self.failure = _describe(node, error)


class _GradedNotebook(IPyNbFile):
    """nbval's notebook, on a limited kernel."""

    def __init__(self, *, start: tuple[Any, ...], right: _Reference, **rest: Any):
        super().__init__(**rest)
        self.start = start
        self.right = right

    def setup(self) -> None:
        # it is read already, and a learner's code need not find what is expected
        self.path.unlink()
        self.kernel = LimitedKernel(*self.start)
        self.right.ready.wait()

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self) -> Iterator[IPyNbCell]:
        for cell in super().collect():
            cell.compare_outputs = functools.partial(_compare, cell, self.right)
            yield cell


def _compare(
    cell: IPyNbCell, right: _Reference, shown: Sequence[Any], _: Any, skip: Any = None
) -> Any:
    """Compare the value of a cell with that of the reference, where that has one."""
    cell.cell.outputs = right.outputs(cell.cell_num)
    expected = [output for output in cell.cell.outputs if output.output_type == RESULT]
    counts = [output for output in shown if output.output_type == RESULT]
    return IPyNbCell.compare_outputs(cell, counts if expected else [], expected, skip)


def _value(outputs: Iterable[Any]) -> str:
    """Return the value of a cell's last line as text, empty where there is none."""
    return "".join(o.data.get("text/plain", "") for o in outputs if o.output_type == RESULT)


def _describe(node: IPyNbCell, error: BaseException | None) -> CellFailure:
    if isinstance(error, KernelEnded):
        return CellFailure(
            node.cell_num, "ended", got=_ending(error), stopped=error.outcome.stopped
        )
    outputs = node.test_outputs or []
    raised = [output for output in outputs if output.output_type == "error"]
    if raised and "raises-exception" not in node.cell.metadata.get("tags", ()):
        return _describe_error(node, raised[0])
    if not isinstance(error, NbCellError) or "Timeout" in str(error):
        # nbval waited in vain: the message was too large to be let in
        return CellFailure(node.cell_num, "ended", got=ENDINGS["output"], stopped="output")
    sides = (
        _text(o for o in each if o.output_type == RESULT) for each in (node.cell.outputs, outputs)
    )
    return CellFailure(node.cell_num, "differs", *sides)


def _describe_error(node: IPyNbCell, output: Any) -> CellFailure:
    trace = ANSI.sub("", "\n".join(str(line) for line in output.traceback))
    # a section for each step; those through the cells begin like this
    steps = [ARROW.search(step) for step in trace.split("\n\n") if "Cell In[" in step]
    arrows = [arrow for arrow in steps if arrow]
    return CellFailure(
        node.cell_num,
        "raised",
        got=f"{output.ename}: {output.evalue}"[:LONGEST_TEXT],
        line=f"line {arrows[-1][1]}: {arrows[-1][2].strip()}" if arrows else "",
        error=str(output.ename),
    )


def _ending(error: KernelEnded) -> str:
    # a status would not tell more: memory that is not given ends a process in many ways
    return ENDINGS.get(error.outcome.stopped or "", ENDED)


def _verdict(exercise: Exercise, notebook: dict[str, Any], failure: CellFailure) -> str:
    mine = code_cells(notebook)[failure.cell].get("id") in exercise.blanks
    if failure.stopped in ("wall_s", "cpu_s"):
        return "timeout"
    if mine and failure.error in ("SyntaxError", "IndentationError", "TabError"):
        return "broken"
    return "failed"


def _text(outputs: Iterable[Any]) -> str:
    """Return outputs as a reader sees them."""
    shown = []
    for output in outputs:
        if output.output_type == "stream":
            shown.append(output.text.rstrip("\n"))
        elif output.output_type == "error":
            shown.append(f"{output.ename}: {output.evalue}")
        else:
            shown.append(output.data.get("text/plain", f"({', '.join(output.data)})"))
    text = "\n".join(shown)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}\n..."
