"""The model as files: the manifest that says what it is, the checks on loading, and `Model`.

An artefact directory holds `manifest.json` and `model.onnx`, all that prediction needs, beside
what training leaves for people (`report.md`, `report.json`, `report.png`) and for scikit-learn
(`pipeline.skops`). Nothing in it has to be unpickled, so nothing in it has to be trusted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from regression_model.checking import Errors
from regression_model.encoding import row_encoder
from regression_model.schema import FeatureSchema
from regression_model.version import __version__

FORMAT = 1
MANIFEST = "manifest.json"
ONNX = "model.onnx"
INPUT, OUTPUT = "features", "log_price"

# enough rows to keep the cost of a call small, few enough to stay in the processor's cache
BATCH_ROWS = 4096
# up to so many, a loop in Python over their prices takes no longer than NumPy's three calls
FEW_ROWS = 50


class ModelError(Exception):
    """A model cannot be loaded; the text says why and what to do."""


@dataclass(frozen=True)
class Manifest:  # pylint: disable=too-many-instance-attributes  # it is a list of facts
    """What a model is, where it comes from, and what it was measured to do.

    Parameters
    ----------
    model_version : str
        Package version, "+", eight hexadecimal digits of data, configuration and seed.
    onnx_sha256 : str
        Hash of `model.onnx`, 64 hexadecimal digits.
    schema : FeatureSchema
        The features, in the order of the model's input.
    data_sha256 : str
        Hash of the sales it was trained on.
    rows : int
        Number of those sales.
    config : mapping
        The training configuration as plain data.
    metrics : mapping
        Figures of the evaluation, by name.
    libraries : mapping of str to str
        Versions of what took part in training.
    seed : int
        Seed of everything random in training.
    git_commit : str or None
        Commit of the working tree, if there was one.
    created : str
        Time of training, ISO 8601, UTC.
    package_version : str
        Version of regression_model that wrote this.
    format : int
        Version of the directory's layout.
    """

    model_version: str
    onnx_sha256: str
    schema: FeatureSchema
    data_sha256: str = ""
    rows: int = 0
    config: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    git_commit: str | None = None
    created: str = ""
    package_version: str = __version__
    format: int = FORMAT

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self) | {"schema": self.schema.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Manifest:
        """Build the manifest that `to_dict` described; fields of later versions are ignored.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the data is not what `to_dict` gives.
        """
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        return cls(**known | {"schema": FeatureSchema.from_dict(data["schema"])})

    def write(self, directory: Path) -> None:
        """Write `manifest.json` into `directory`."""
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, sort_keys=True)
        (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")


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
        self._encode = row_encoder(manifest.schema)
        # measured for one row: run 6 us, a fresh binding 9, OrtValues 40; a binding kept for reuse
        # takes 4 but may not be shared between threads
        self._run = session.run

    def encode(self, rows: Sequence[Any]) -> tuple[np.ndarray, dict[int, Errors]]:
        """Encode rows by the model's schema; see `regression_model.encoding.encode_rows`."""
        return self._encode(rows)

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

    def prices(self, matrix: np.ndarray) -> list[float]:
        """Price encoded rows as `predict` does, into a list.

        A request is mostly one row. For that, a call of NumPy after the ONNX run takes 5 to 10 us,
        its code having left the processor's cache meanwhile; three of them are spared here.

        Parameters
        ----------
        matrix : ndarray of float32 or float64, shape (n, len(schema))

        Returns
        -------
        list of float, length n
        """
        if len(matrix) <= FEW_ROWS:
            with contextlib.suppress(OverflowError):
                return [math.exp(log_price) for log_price in self._log_prices(matrix).tolist()]
        return self.predict(matrix).tolist()

    def _log_prices(self, matrix: np.ndarray) -> np.ndarray:
        if len(matrix) == 0:
            return np.empty(0, dtype=np.float32)
        features = np.ascontiguousarray(matrix, dtype=np.float32)
        return self._run([OUTPUT], {INPUT: features})[0].ravel()

    def metadata(self) -> dict[str, Any]:
        """Return the manifest as plain data."""
        return self.manifest.to_dict()


def load_model(directory: str | Path) -> Model:
    """Load a model after checking that it is whole and meant for this version of the package.

    Parameters
    ----------
    directory : str or Path
        An artefact directory, as `regression-model train` makes it.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If there is no model, a file is broken or was changed, or another major version wrote it.
    """
    directory = Path(directory)
    manifest = _read_manifest(directory)
    model = _read_file(directory, ONNX)
    if hashlib.sha256(model).hexdigest() != manifest.onnx_sha256:
        raise ModelError(
            f"{ONNX} in {directory} is not the file that its manifest describes: "
            f"it was changed or half copied. Copy it afresh, or {_train(directory)}"
        )
    return Model(manifest, _open_session(directory, model, width=len(manifest.schema)))


def _train(directory: Path) -> str:
    return f"train it again: regression-model train --model {directory}"


def _read_file(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except FileNotFoundError as error:
        raise ModelError(
            f"There is no model in {directory} ({name} is missing). "
            f"Train one: regression-model train --model {directory}"
        ) from error
    except OSError as error:
        raise ModelError(f"{directory / name} cannot be read: {error.strerror}.") from error


def _read_manifest(directory: Path) -> Manifest:
    text = _read_file(directory, MANIFEST)
    try:
        data = json.loads(text)
        _check_versions(directory, data)
        return Manifest.from_dict(data)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"{MANIFEST} in {directory} is not a manifest of this package ({error!r:.200}). "
            f"Copy it afresh, or {_train(directory)}"
        ) from error


def _check_versions(directory: Path, data: Mapping[str, Any]) -> None:
    """Compare the manifest's versions before anything else in it is taken at its word."""
    if data["format"] != FORMAT:
        raise ModelError(
            f"The model in {directory} is in format {data['format']}, and regression_model "
            f"{__version__} reads format {FORMAT}. Install the version that wrote it, "
            f"{data.get('package_version')}, or {_train(directory)}"
        )
    theirs = str(data["package_version"])
    if theirs.split(".", maxsplit=1)[0] != __version__.split(".", maxsplit=1)[0]:
        raise ModelError(
            f"The model in {directory} was made by regression_model {theirs}, and this is "
            f"{__version__}: they agree only within a major version. Install {theirs}, "
            f"or {_train(directory)}"
        )


def _open_session(directory: Path, model: bytes, *, width: int) -> Any:
    # 0.1 s that only those who load a model should pay for
    import onnxruntime  # pylint: disable=import-outside-toplevel

    options = onnxruntime.SessionOptions()
    # one thread: a pool costs a single row more than it gains, and would not survive a fork
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        _check_ends(session, width)
    except Exception as error:  # pylint: disable=broad-exception-caught  # its errors have no base
        raise ModelError(
            f"{ONNX} in {directory} is no model that this package can run "
            f"({error!s:.200}). {_train(directory).capitalize()}"
        ) from error
    return session


def _check_ends(session: Any, width: int) -> None:
    inputs = [(each.name, each.shape[-1]) for each in session.get_inputs()]
    outputs = [each.name for each in session.get_outputs()]
    if inputs != [(INPUT, width)] or outputs != [OUTPUT]:
        raise ValueError(
            f"it takes {inputs} and gives {outputs}, where its schema has {width} features"
        )
