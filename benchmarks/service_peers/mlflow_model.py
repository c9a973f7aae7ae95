"""Peer: `mlflow models serve`. This writes the model directory that it serves."""

import sys

# pylint: disable=import-error  # installed in .bench/peers, not beside the course
import mlflow
import pandas as pd
from service_peers.shared import DIRECTORY, Pricer, read_columns


def sample():
    """Return a table of the right types; integers as floats, because any of them may be missing."""
    text = {column["name"] for column in read_columns() if column["kind"] == "text"}
    table = pd.read_json(DIRECTORY / "sample.json", orient="records")
    return table.astype({name: "str" if name in text else float for name in table.columns})


def main(path):
    """Save the pipeline with the signature that mlflow then checks every request against."""
    pipeline, table = Pricer().pipeline, sample()
    signature = mlflow.models.infer_signature(table, pipeline.predict(table))
    mlflow.sklearn.save_model(
        pipeline, path, signature=signature, serialization_format="cloudpickle"
    )


if __name__ == "__main__":
    main(sys.argv[1])
