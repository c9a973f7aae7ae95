"""What every peer starts from: the columns of a row, and the pipeline trained for this run.

The driver writes the pipeline into the directory named by BENCH before it starts a peer.
"""

import os
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from regression_model import HOUSES

DIRECTORY = Path(os.environ["BENCH"])


def kind_of(feature):
    """Return which of three types the values of a feature have: int, float or str."""
    if feature.has_integer_codes:
        return int
    return {"integer": int, "number": float}.get(feature.kind, str)


class Pricer:
    """Prices rows the way the books do: a DataFrame, then the pipeline's `predict`."""

    def __init__(self):
        self.pipeline = joblib.load(DIRECTORY / "pipeline.joblib")

    def __call__(self, rows):
        """Return the price in US dollars of each row, a dict."""
        return self.of_frame(pd.DataFrame(rows, columns=list(HOUSES.names)))

    def of_frame(self, frame):
        """Return the price in US dollars of each row of a DataFrame."""
        # the pipeline gives the logarithm of a price
        return np.exp(np.ravel(self.pipeline.predict(frame))).tolist()
