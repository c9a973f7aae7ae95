"""Runs a merged notebook with nbval, its kernel being a limited child, and says what differed."""

from __future__ import annotations

import functools
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

# nbval loads nbformat, that jsonschema, and that, where it is installed, a grammar of addresses
# that takes a second to build and that no notebook is checked with
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# pylint: disable=wrong-import-position
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from course.learner.messages import MachineTrouble
from course.lessons import Exercise
from course.notebooks.kernel import KernelEnded, LimitedKernel
from course.notebooks.merging import CellFailure, NotebookError, code_cells, explain, merge
from course.sandbox.confinement import Limits, scratch_directory
from course.sandbox.sessions import Session

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# IPython's arrow at a line of a cell: "----> 3     return y"
ARROW = re.compile(r"^-+> (\d+) (.*)$", re.MULTILINE)
LONGEST_TEXT = 2_000
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


def grade_notebook(
    exercise: Exercise, answer: bytes, session: Session, limits: Limits
) -> Sequence[str]:
    """Run the reference notebook with the learner's cells in it, and compare every output.

    Parameters
    ----------
    answer : bytes
        Content of the learner's notebook.
    session : Session
        Where the kernel runs; closed afterwards.

    Returns
    -------
    sequence of str
        The verdict ("passed", "failed", "broken" or "timeout"), what the learner is told, and
        where a cell failed, its id.

    Raises
    ------
    MachineTrouble
        No kernel starts here.
    RuntimeError
        nbval refuses the reference.
    """
    try:
        text = answer.decode("utf-8-sig")
        notebook = merge(exercise, text)
    except (NotebookError, UnicodeDecodeError) as error:
        return "broken", str(error)
    failure = _run(notebook, session, limits)
    if failure is None:
        return "passed", ""
    cell_id = str(code_cells(notebook)[failure.cell].get("id"))
    message = explain(exercise, notebook, failure, text)
    return _verdict(exercise, notebook, failure), message, cell_id


def _run(notebook: dict[str, Any], session: Session, limits: Limits) -> CellFailure | None:
    """Return the first failure; None where every cell ran and showed what it should."""
    # the kernel's working directory is another one: the expected outputs are not lying about
    with tempfile.TemporaryDirectory(prefix="course-") as folder, scratch_directory() as scratch:
        path = Path(folder) / "merged.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        cells = _NotebookPlugin(path, session, limits, scratch)
        plugins = [f"-p{name}" for name in ("no:cacheprovider", "no:terminal", "nbval.plugin")]
        options = ["-x", "--disable-plugin-autoload", *plugins]
        rooted = [f"--rootdir={folder}", "-c", f"{folder}/pytest.ini"]
        Path(folder, "pytest.ini").touch()
        status = pytest.main([*options, *rooted, str(path)], plugins=[cells])
    if isinstance(cells.trouble, MachineTrouble):
        raise cells.trouble
    if cells.failure is None and status != pytest.ExitCode.OK:
        raise RuntimeError(f"nbval could not run the notebook: {status!r} {cells.trouble}")
    return cells.failure


class _NotebookPlugin:
    """Collects one notebook, as nbval does, and keeps what went wrong in it first."""

    def __init__(self, path: Path, session: Session, limits: Limits, scratch: Path):
        self.path = path
        self.start = (session, limits, scratch)
        self.failure: CellFailure | None = None
        self.trouble: BaseException | None = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        # nbval asks for it, and it belongs to the reporting that nobody needs here
        parser.addoption("--color", default="no")

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        if file_path == self.path:
            return _GradedNotebook.from_parent(parent, path=file_path, start=self.start)
        return None

    def pytest_exception_interact(self, node: Any, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        self.trouble = error
        if isinstance(node, IPyNbCell) and self.failure is None and call.when == "call":
            self.failure = _describe(node, error)


class _GradedNotebook(IPyNbFile):
    """nbval's notebook, on a limited kernel."""

    def __init__(self, *, start: tuple[Any, ...], **rest: Any):
        super().__init__(**rest)
        self.start = start

    def setup(self) -> None:
        # it is read already, and a learner's code need not find what is expected
        self.path.unlink()
        self.kernel = LimitedKernel(*self.start)

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self) -> Iterator[IPyNbCell]:
        for cell in super().collect():
            cell.compare_outputs = functools.partial(_compare, cell)
            yield cell


def _compare(cell: IPyNbCell, shown: Sequence[Any], stored: Sequence[Any], skip: Any = None) -> Any:
    """Compare what a cell shows with what it should; warnings and prints on the way do not count.

    A stream counts where the reference shows something on it.
    """
    streams = {output.name for output in stored if output.output_type == "stream"}
    counts = [out for out in shown if out.output_type != "stream" or out.name in streams]
    return IPyNbCell.compare_outputs(cell, counts, stored, skip)


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
    return CellFailure(node.cell_num, "differs", _text(node.cell.outputs), _text(outputs))


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
