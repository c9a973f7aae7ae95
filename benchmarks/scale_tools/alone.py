"""Price a dataset in one process and without Dask: run afresh for each turn, it prints the turn.

python -m scale_tools.alone DATA OUT SERVER_PID
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from regression_model import HOUSES, load_model
from regression_model.scale import cluster
from regression_model.scale.destinations import FolderDestination
from regression_model.scale.scoring import score_file

from scale_tools import steps
from scale_tools.steps import Seconds
from scale_tools.turns import Look, Turn, turn
from service_tools.contenders import BENCHMARKS, MODEL


def in_a_child(data: Path, out: str, server_pid: int = 0) -> Turn:
    """Return the turn of a fresh process."""
    command = [sys.executable, "-m", "scale_tools.alone", data, out, str(server_pid)]
    child = subprocess.run(command, check=True, cwd=BENCHMARKS, stdout=subprocess.PIPE)
    told = json.loads(child.stdout)
    told["spent"] = {step: Seconds(**spent) for step, spent in told["spent"].items()}
    return Turn(**told)


def files(data: Path, out: str) -> Callable[[], int]:
    """Get ready to price each file of a folder into another; gives what does it."""
    model = load_model(MODEL)
    return lambda: sum(
        score_file(model, file, Path(out) / file.name).rows for file in sorted(data.iterdir())
    )


def pieces(data: Path, out: str) -> Callable[[], int]:
    """Get ready to price what workers would price, one piece after the other."""
    warm_up(str(data), out)
    destination = cluster.destination_of(out).begin()
    todo = cluster.cut(data, HOUSES)
    return lambda: sum(cluster.score_piece(piece, str(MODEL), destination).rows for piece in todo)


def warm_up(data: str, out: str) -> None:
    """Price one piece for nothing: a process imports and loads what it needs at its first."""
    with tempfile.TemporaryDirectory() as scratch:
        destination = FolderDestination(Path(scratch) / "prices").begin()
        cluster.score_piece(cluster.cut(Path(data), HOUSES)[0], str(MODEL), destination)
    if "://" in out:
        cluster.destination_of(out).begin()


def main() -> None:
    """Run the command."""
    data, out, server_pid = sys.argv[1:]
    steps.install()
    price = (pieces if "://" in out else files)(Path(data), out)
    steps.reset()
    begun = Look.now(int(server_pid))
    rows = price()
    ended = Look.now(int(server_pid))
    print(json.dumps(dataclasses.asdict(turn(rows, begun, ended, [steps.read()], apart=False))))


if __name__ == "__main__":
    main()
