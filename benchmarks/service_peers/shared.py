"""What every peer starts from: the columns of a row, and the pipeline trained for this run.

The driver writes both into the directory named by BENCH before it starts a peer.
"""

import json
import os
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

DIRECTORY = Path(os.environ["BENCH"])


def read_columns():
    """Return the columns: dicts with `name`, `kind` (integer, number, text) and `required`."""
    return json.loads((DIRECTORY / "columns.json").read_text(encoding="utf-8"))


class Pricer:
    """Prices rows the way the books do: a DataFrame, then the pipeline's `predict`."""

    def __init__(self):
        self.pipeline = joblib.load(DIRECTORY / "pipeline.joblib")
        self._names = [column["name"] for column in read_columns()]

    def __call__(self, rows):
        """Return the price in US dollars of each row, a dict."""
        return self.of_frame(pd.DataFrame(rows, columns=self._names))

    def of_frame(self, frame):
        """Return the price in US dollars of each row of a DataFrame."""
        # the pipeline gives the logarithm of a price
        return np.exp(np.ravel(self.pipeline.predict(frame))).tolist()
