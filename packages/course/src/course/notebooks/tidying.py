"""What of a notebook is stored: the same bytes, whoever ran it, in JupyterLab or by a command."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# what people write; all else in a cell's metadata is the memory of some tool
KEPT_METADATA = ("tags", "course", "slideshow")
# cells that nbval does not compare: versions, timings, what is drawn at random
UNSTABLE = {"nbval-skip", "nbval-ignore-output"}
PICTURE = "image/png"


def tidy(notebook: Any) -> None:
    """Remove what differs between two runs or two machines, and nothing that a reader needs.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place. Unstable cells keep their pictures alone.
    """
    notebook.metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    notebook.nbformat_minor = 5
    count = 0
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
            unstable = not UNSTABLE.isdisjoint(cell.metadata.get("tags", ()))
            if unstable:
                cell.outputs = [output for output in cell.outputs if PICTURE in _data(output)]
            # nbval refuses outputs without a count
            counted = bool(cell.execution_count and (cell.outputs or not unstable))
            count += counted
            cell.execution_count = count if counted else None
            for output in cell.outputs:
                _tidy_output(output, cell.execution_count)


def keep_pictures(notebook: Any, stored: Any) -> None:
    """Put the stored pictures back, as far as the code is the stored code.

    Another machine draws the same plot in other bytes, and a plot of chance is another one.

    Parameters
    ----------
    notebook, stored : nbformat.NotebookNode
        What is to be stored, changed in place, and what was stored before; both are tidy.
    """
    pairs = zip(_code_cells(notebook), _code_cells(stored), strict=False)
    for cell, old in takewhile(lambda pair: pair[0].source == pair[1].source, pairs):
        for output, before in zip(cell.outputs, old.outputs, strict=False):
            if PICTURE in _data(output) and PICTURE in _data(before):
                output.data = before.data


def _code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _data(output: Any) -> Any:
    return output.get("data", {})


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
