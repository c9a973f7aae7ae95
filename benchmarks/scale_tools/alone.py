"""Price a dataset in one process and without Dask: run afresh for each turn, it prints the figures.

python -m scale_tools.alone DATA OUT SERVER_PID
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from regression_model import load_model
from regression_model.scale import cut
from regression_model.scale.cluster import score_piece
from regression_model.scale.destinations import FolderDestination, destination_of

from common import BENCHMARKS, MODEL
from scale_tools.turns import CLOCKS, Figures, figures, install_clocks, look, read_clocks


def in_a_child(data: Path, out: str, server_pid: int) -> Figures:
    """Return the figures of a turn in a fresh process."""
    command = [sys.executable, "-m", "scale_tools.alone", data, out, str(server_pid)]
    return json.loads(subprocess.check_output(command, cwd=BENCHMARKS))


def warm_up(data: str, out: str) -> None:
    """Price one piece for nothing: a process imports and loads what it needs at its first."""
    with tempfile.TemporaryDirectory() as scratch:
        destination = FolderDestination(Path(scratch) / "prices").begin()
        score_piece(cut(Path(data), load_model(MODEL).schema)[0], str(MODEL), destination)
    if "://" in out:
        destination_of(out).begin()


def main() -> None:
    """Run the command."""
    data, out, server_pid = sys.argv[1:]
    install_clocks()
    warm_up(data, out)
    destination, pieces = destination_of(out).begin(), cut(Path(data), load_model(MODEL).schema)
    CLOCKS.reset()
    begun = look(int(server_pid))
    rows = sum(score_piece(piece, str(MODEL), destination).rows for piece in pieces)
    destination.finish()
    took = look(int(server_pid)) - begun
    print(json.dumps(figures(rows, took, [read_clocks()], apart=False)))


if __name__ == "__main__":
    main()
