"""Speed of regression_model: one row, and a million rows. Prints a section of RESULTS.md.

Every figure stands beside its floor (the ONNX run alone) and its peer (the scikit-learn pipeline),
measured in the same run.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from regression_model import load_model, make_prediction
from regression_model.simulation import simulate_sales
from regression_model.training import load_pipeline

SCRATCH = Path(".bench")
ROWS = 1_000_000
COMMAND = Path(sys.executable).with_name("regression-model")

MILLION_THROUGH_ONNX = """
import sys
from regression_model.scale.scoring import score_file
from regression_model import load_model
score_file(load_model(sys.argv[1]), sys.argv[2], sys.argv[3])
"""
MILLION_THROUGH_PIPELINE = """
import sys
import pandas as pd
from regression_model.training import load_pipeline
pipeline = load_pipeline(sys.argv[1])
sales = pd.read_parquet(sys.argv[2])
start = __import__("time").perf_counter()
pipeline.predict(sales)
print(__import__("time").perf_counter() - start)
"""


def microseconds(call, repeats=400):
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def train(config):
    """Train on the simulated table and return the artefact's directory."""
    directory = SCRATCH / config
    if not (directory / "manifest.json").exists():
        subprocess.run(
            [COMMAND, "train", "--config", config, "--model", directory],
            check=True,
            stdout=sys.stderr,
        )
    return directory


def one_row(config):
    """Time a prediction for one house: validation, the whole call, the ONNX run, the pipeline."""
    directory = train(config)
    model = load_model(directory)
    pipeline = load_pipeline(directory)
    (row,) = json.loads(
        simulate_sales(rows=1, seed=5).drop(columns="SalePrice").to_json(orient="records")
    )
    matrix, _ = model.encode([row])
    frame = pd.DataFrame([row])
    validation = microseconds(lambda: model.encode([row]))
    return {
        "validation": validation,
        "beyond validation": microseconds(lambda: make_prediction(row, model=model)) - validation,
        "ONNX run": microseconds(lambda: model.predict(matrix)),
        "DataFrame pipeline": microseconds(lambda: pipeline.predict(frame), repeats=40),
    }


def in_a_child(source, *arguments):
    """Run a script in a fresh process; return its wall seconds, peak memory in MB and output."""
    start = time.perf_counter()
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            source + "\nimport resource\n"
            "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)",
            *map(str, arguments),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    *lines, peak = child.stdout.strip().splitlines()
    return time.perf_counter() - start, float(peak.split()[1]), lines


def million_rows():
    """Score a million simulated sales: through ONNX from Parquet, and through the pipeline."""
    table, out = SCRATCH / "million.parquet", SCRATCH / "prices.parquet"
    if not table.exists():
        simulate = [COMMAND, "simulate", "--rows", str(ROWS), "--seed", "1", "--out", table]
        subprocess.run(simulate, check=True, stdout=sys.stderr)
    directory = train("default")
    rounds = []
    for _ in range(3):
        seconds, peak, _ = in_a_child(MILLION_THROUGH_ONNX, directory, table, out)
        _, pipeline_peak, lines = in_a_child(MILLION_THROUGH_PIPELINE, directory, table)
        rounds.append((seconds, float(lines[-1]), peak, pipeline_peak))
    return [statistics.median(column) for column in zip(*rounds)]


def main():
    """Print the section."""
    SCRATCH.mkdir(exist_ok=True)
    print("## Prediction\n")
    print("One house from a dict, microseconds, medians.\n")
    print("| model | validation | beyond validation | of which the ONNX run | DataFrame pipeline |")
    print("|---|---|---|---|---|")
    for config in ("default", "champion"):
        figures = " | ".join(f"{value:,.0f}" for value in one_row(config).values())
        print(f"| {config} | {figures} |")
    ours, theirs, peak, pipeline_peak = million_rows()
    print(f"\n{ROWS:,} sales, medians of three runs in fresh processes.\n")
    print("| way | seconds | rows/s | peak memory, MB |")
    print("|---|---|---|---|")
    ways = {
        "Parquet to Parquet in chunks, start of Python included": (ours, peak),
        "scikit-learn pipeline on the frame in memory, reading not counted": (
            theirs,
            pipeline_peak,
        ),
    }
    for way, (seconds, memory) in ways.items():
        print(f"| {way} | {seconds:.1f} | {ROWS / seconds:,.0f} | {memory:,.0f} |")


if __name__ == "__main__":
    main()
