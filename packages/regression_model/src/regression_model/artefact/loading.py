"""Load a model, after checking that it is whole and meant for this version of the package."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regression_model.artefact.manifest import FORMAT, MANIFEST, Manifest, ModelError
from regression_model.artefact.model import INPUT, OUTPUT, Model
from regression_model.version import __version__

ONNX = "model.onnx"


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


def _train(directory: Path, verb: str = "train") -> str:
    return f"{verb} it again: regression-model train --model {directory}"


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
        theirs = data.get("package_version")
        # between two releases the format may change and the version not
        other = f"Install the version that wrote it, {theirs}, or {_train(directory)}"
        raise ModelError(
            f"The model in {directory} is in format {data['format']}, and regression_model "
            f"{__version__} reads format {FORMAT}. "
            + (_train(directory, "Train") if theirs == __version__ else other)
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
    # its arena would keep for good what the largest request took
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        _check_ends(session, width)
    except Exception as error:  # pylint: disable=broad-exception-caught  # its errors have no base
        raise ModelError(
            f"{ONNX} in {directory} is no model that this package can run "
            f"({error!s:.200}). {_train(directory, 'Train')}"
        ) from error
    return session


def _check_ends(session: Any, width: int) -> None:
    inputs = [(each.name, each.shape[-1]) for each in session.get_inputs()]
    outputs = [each.name for each in session.get_outputs()]
    if inputs != [(INPUT, width)] or outputs != [OUTPUT]:
        raise ValueError(
            f"it takes {inputs} and gives {outputs}, where its schema has {width} features"
        )
