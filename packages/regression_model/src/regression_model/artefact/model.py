"""A model in memory: encoded rows in, prices out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from regression_model.artefact.manifest import Manifest
from regression_model.encoding import Errors, encode_rows

INPUT, OUTPUT = "features", "log_price"

# enough rows to keep the cost of a call small, few enough to stay in the processor's cache
BATCH_ROWS = 4096


class Model:
    """A model ready to price houses. Make one with `load_model`.

    Parameters
    ----------
    manifest : Manifest
        What the model is.
    session : onnxruntime.InferenceSession
        The model itself; may be used from many threads at once.

    Attributes
    ----------
    version : str
        Version of the model, as in the manifest.
    schema : FeatureSchema
        What a row may hold.
    """

    def __init__(self, manifest: Manifest, session: Any) -> None:
        self.manifest = manifest
        self.version = manifest.model_version
        self.schema = manifest.schema
        self._run = session.run

    def encode(self, rows: Sequence[Any]) -> tuple[np.ndarray, dict[int, Errors]]:
        """Encode rows by the model's schema; see `encode_rows`."""
        return encode_rows(rows, self.schema)

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Price encoded rows.

        Parameters
        ----------
        matrix : ndarray of float32 or float64, shape (n, len(schema))
            As `encode` gives it, without the rows that have errors.

        Returns
        -------
        ndarray of float64, shape (n,)
            Prices in dollars; infinity where a price is too large to write down.
        """
        if len(matrix) <= BATCH_ROWS:
            log_prices = self._log_prices(matrix)
        else:
            starts = range(0, len(matrix), BATCH_ROWS)
            parts = [self._log_prices(matrix[start : start + BATCH_ROWS]) for start in starts]
            log_prices = np.concatenate(parts)
        with np.errstate(over="ignore"):
            return np.exp(log_prices.astype(np.float64))

    def _log_prices(self, matrix: np.ndarray) -> np.ndarray:
        if len(matrix) == 0:
            return np.empty(0, dtype=np.float32)
        features = np.ascontiguousarray(matrix, dtype=np.float32)
        return self._run([OUTPUT], {INPUT: features})[0].ravel()

    def metadata(self) -> dict[str, Any]:
        """Return the manifest as plain data."""
        return self.manifest.to_dict()
