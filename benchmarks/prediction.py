"""Speed of regression_model: one row, and a million rows. Prints a section of RESULTS.md.

Every figure stands beside its floor (the ONNX run alone) and its peer (the scikit-learn pipeline),
measured in the same run.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from regression_model import load_model, make_prediction
from regression_model.training import load_pipeline

from common import BIN, SCRATCH, houses, table, train

ROWS = 1_000_000

# what is timed in a fresh process; each prints its seconds and its peak memory in megabytes
THROUGH_ONNX = """
from regression_model.scale import score_file
from regression_model import load_model
score_file(load_model(sys.argv[1]), sys.argv[2], sys.argv[3])
"""
THROUGH_PIPELINE = """
import pandas as pd
from regression_model.training import load_pipeline
pipeline = load_pipeline(sys.argv[1])
sales = pd.read_parquet(sys.argv[2])
start = time.perf_counter()
pipeline.predict(sales)
"""
WAYS = {
    "Parquet to Parquet in chunks, start of Python included": THROUGH_ONNX,
    "scikit-learn pipeline on the frame in memory, reading not counted": THROUGH_PIPELINE,
}
BEFORE = "import resource, sys, time\nstart = float(sys.argv[4])\n"
# of Linux: the clock of every process is the same
AFTER = (
    "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
)


def microseconds(call: Callable[[], object], repeats: int = 400) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def one_row(config: str) -> list[float]:
    """Time a prediction for one house: validation, what comes after, the ONNX run, the pipeline."""
    directory = train(config)
    model, pipeline = load_model(directory), load_pipeline(directory)
    (row,) = houses(1, seed=5)
    matrix, _ = model.encode([row])
    frame = pd.DataFrame([row])
    validation = microseconds(lambda: model.encode([row]))
    return [
        validation,
        microseconds(lambda: make_prediction(row, model=model)) - validation,
        microseconds(lambda: model.predict(matrix)),
        microseconds(lambda: pipeline.predict(frame), repeats=40),
    ]


def in_a_child(source: str, *arguments: Path) -> list[float]:
    """Run a script in a fresh process; return seconds and peak memory in megabytes."""
    command = [sys.executable, "-c", BEFORE + source + AFTER, *arguments, str(time.perf_counter())]
    child = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [float(figure) for figure in child.stdout.split()]


def million_rows() -> list[list[str]]:
    """Price a million simulated sales three times in each way, in turns."""
    sales, out = SCRATCH / "million.parquet", SCRATCH / "prices.parquet"
    if not sales.exists():
        simulate = [BIN / "regression-model", "simulate", "--rows", str(ROWS), "--seed", "1"]
        subprocess.run([*simulate, "--out", sales], check=True, stdout=sys.stderr)
    model = train()
    runs = [[in_a_child(source, model, sales, out) for source in WAYS.values()] for _ in range(3)]
    rows = []
    for way, taken in zip(WAYS, zip(*runs), strict=True):
        seconds, memory = map(statistics.median, zip(*taken))
        rows.append([way, f"{seconds:.1f}", f"{ROWS / seconds:,.0f}", f"{memory:,.0f}"])
    return rows


def main() -> None:
    """Print the section."""
    print("## Prediction\n\nOne house from a dict, microseconds, medians.\n")
    head = ["model", "validation", "beyond validation", "of which the ONNX run"]
    configs = ("default", "champion")
    rows = [[config, *(f"{figure:,.0f}" for figure in one_row(config))] for config in configs]
    print(table([*head, "DataFrame pipeline"], rows))
    print(f"{ROWS:,} sales, medians of three runs in fresh processes.\n")
    print(table(["way", "seconds", "rows/s", "peak memory, MB"], million_rows()))


if __name__ == "__main__":
    main()
