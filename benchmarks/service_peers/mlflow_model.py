"""Peer: `mlflow models serve`. This writes the model directory that it serves."""

import sys

# pylint: disable=import-error  # installed in .bench/peers, not beside the course
import mlflow
import pandas as pd
from regression_model import HOUSES
from service_peers.shared import DIRECTORY, Pricer, kind_of


def sample():
    """Return a table of the right types; integers as floats, because any of them may be missing."""
    table = pd.read_json(DIRECTORY / "sample.json", orient="records")
    return table.astype({each.name: str if kind_of(each) is str else float for each in HOUSES})


def main(path):
    """Save the pipeline with the signature that mlflow then checks every request against."""
    pipeline, table = Pricer().pipeline, sample()
    signature = mlflow.models.infer_signature(table, pipeline.predict(table))
    mlflow.sklearn.save_model(
        pipeline, path, signature=signature, serialization_format="cloudpickle"
    )


if __name__ == "__main__":
    main(sys.argv[1])
