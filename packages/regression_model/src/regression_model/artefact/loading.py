"""Load a model, after checking that it is whole and meant for this version of the package."""

import json
from pathlib import Path
from typing import Any

from regression_model.artefact.compatibility import check_hash, check_versions, train_again
from regression_model.artefact.manifest import MANIFEST, Manifest, ModelError
from regression_model.artefact.model import INPUT, OUTPUT, Model

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
    check_hash(model, manifest.onnx_sha256, directory / ONNX)
    return Model(manifest, _open_session(directory, model, width=len(manifest.schema)))


def _read_file(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except FileNotFoundError as error:
        raise ModelError(
            f"There is no model in {directory} ({name} is missing). "
            f"Train one: {train_again(directory)}"
        ) from error
    except OSError as error:
        raise ModelError(f"{directory / name} cannot be read: {error.strerror}.") from error


def _read_manifest(directory: Path) -> Manifest:
    text = _read_file(directory, MANIFEST)
    try:
        data = json.loads(text)
        check_versions(data, directory)  # before anything else in it is taken at its word
        return Manifest.from_dict(data)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"{MANIFEST} in {directory} is not a manifest of this package ({error!r:.200}). "
            f"Copy it afresh, or train it again: {train_again(directory)}"
        ) from error


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
            f"({error!s:.200}). Train it again: {train_again(directory)}"
        ) from error
    return session


def _check_ends(session: Any, width: int) -> None:
    inputs = [(each.name, each.shape[-1]) for each in session.get_inputs()]
    outputs = [each.name for each in session.get_outputs()]
    if inputs != [(INPUT, width)] or outputs != [OUTPUT]:
        raise ValueError(
            f"it takes {inputs} and gives {outputs}, where its schema has {width} features"
        )
