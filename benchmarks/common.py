"""What all benchmarks share: places, progress, the model, houses as clients send them, tables."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import psutil

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parent
SCRATCH = ROOT / ".bench"
MODEL = SCRATCH / "default"
BIN = Path(sys.executable).parent


class BenchmarkError(RuntimeError):
    """Something cannot be measured, or what was measured does not do its work."""


def say(text: str) -> None:
    """Report progress."""
    print(text, file=sys.stderr, flush=True)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and all below it, of those that ended as well."""
    root, seconds = psutil.Process(pid), 0.0
    # one that ends just now is among what its parent has waited for, and parents are read last
    for process in reversed([root, *root.children(recursive=True)]):
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds += sum(process.cpu_times()[:4])
    return seconds


def train(config: str = "default") -> Path:
    """Train on the simulated table, unless there is a model that still loads; return its folder."""
    # pylint: disable=import-outside-toplevel  # brings scikit-learn, which --help need not wait for
    from regression_model import ModelError
    from regression_model.training import load_pipeline

    directory = SCRATCH / config
    with contextlib.suppress(ModelError):
        load_pipeline(directory)
        return directory
    say(f"training the model {config}")
    command = [BIN / "regression-model", "train", "--config", config, "--model", directory]
    subprocess.run(command, check=True, stdout=sys.stderr)
    return directory


def houses(rows: int, seed: int) -> list[dict]:
    """Return simulated houses as a client would send them: plain JSON values, null for missing."""
    # pylint: disable=import-outside-toplevel  # brings pandas, which --help need not wait for
    from regression_model import HOUSES
    from regression_model.simulation import simulate_sales

    sales = simulate_sales(rows=rows, seed=seed)[list(HOUSES.names)]
    return json.loads(sales.to_json(orient="records"))


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
