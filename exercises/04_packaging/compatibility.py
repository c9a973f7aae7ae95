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
    # TODO: raise ModelError where the format or the major version is another one, with both and the
    # commands that help
    raise NotImplementedError("exercise 04.2 is still to do")


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
    # TODO: raise ModelError where the hash is another one, with the file and the command that helps
    raise NotImplementedError("exercise 04.2 is still to do")
