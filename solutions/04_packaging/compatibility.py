"""Whether a model is whole, and goes together with this version of the package."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regression_model.artefact.manifest import FORMAT, ModelError
from regression_model.version import __version__


def train_again(directory: Path) -> str:
    """Return the command that makes a model which this version can load."""
    return f"regression-model train --model {directory}"


def check_versions(
    data: Mapping[str, Any], directory: Path, *, code_version: str = __version__
) -> None:
    """Refuse a model that another major version of the package wrote, or in another format.

    Parameters
    ----------
    data : mapping
        What `manifest.json` says. Looked at are "format" and "package_version".
    directory : Path
        Where the model lies, for the text.
    code_version : str
        Version of the package that is to load it.

    Raises
    ------
    ModelError
        With both formats, or both versions, and the commands that help: `pip install
        regression_model==` the version that wrote the model, where that is another one, and
        `train_again`.
    """
    theirs = str(data["package_version"])
    cure = f"train it again: {train_again(directory)}"
    if theirs != code_version:
        cure = f"pip install regression_model=={theirs}, or {cure}"
    if data["format"] != FORMAT:
        raise ModelError(
            f"The model in {directory} is in format {data['format']}, and regression_model "
            f"{code_version} reads format {FORMAT}. What helps: {cure}"
        )
    if theirs.split(".", maxsplit=1)[0] != code_version.split(".", maxsplit=1)[0]:
        raise ModelError(
            f"The model in {directory} was made by regression_model {theirs}, and this is "
            f"{code_version}: they agree only within a major version. What helps: {cure}"
        )


def check_hash(content: bytes, sha256: str, file: Path) -> None:
    """Refuse a file of a model that is not the one which the manifest describes.

    Parameters
    ----------
    content : bytes
        What the file holds.
    sha256 : str
        Its hash by the manifest, 64 hexadecimal digits.
    file : Path
        Where it lies, for the text.

    Raises
    ------
    ModelError
        With the file, and `train_again` for the directory in which it lies.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(
            f"{file.name} in {file.parent} is not the file that its manifest describes: it was "
            f"changed or half copied. Copy it afresh, or train it again: {train_again(file.parent)}"
        )
