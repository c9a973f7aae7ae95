"""Price a dataset in one process and without Dask."""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from regression_model import load_model
from regression_model.scale import cut
from regression_model.scale.cluster import score_piece
from regression_model.scale.destinations import FolderDestination, destination_of

from common import MODEL
from scale_tools.turns import CLOCKS, Figures, figures, install_clocks, look, read_clocks


def in_a_child(data: Path, out: str, server_pid: int) -> Figures:
    """Return the figures of a turn in a fresh process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(alone, data, out, server_pid).result()


def alone(data: Path, out: str, server_pid: int) -> Figures:
    """Return the figures of a turn in this process, which is up and warm."""
    install_clocks()
    warm_up(str(data), out)
    destination, pieces = destination_of(out).begin(), cut(data, load_model(MODEL).schema)
    CLOCKS.reset()
    begun = look(server_pid)
    rows = sum(score_piece(piece, str(MODEL), destination).rows for piece in pieces)
    destination.finish()
    return figures(rows, look(server_pid) - begun, [read_clocks()], apart=False)


def warm_up(data: str, out: str) -> None:
    """Price one piece for nothing: a process imports and loads what it needs at its first."""
    with tempfile.TemporaryDirectory() as scratch:
        destination = FolderDestination(Path(scratch) / "prices").begin()
        score_piece(cut(Path(data), load_model(MODEL).schema)[0], str(MODEL), destination)
    if "://" in out:
        destination_of(out).begin()
