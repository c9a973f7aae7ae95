"""The model that is meant where none is named, kept in memory once it is loaded."""

import os
from functools import lru_cache
from pathlib import Path

from regression_model.artefact.loading import load_model
from regression_model.artefact.manifest import MANIFEST
from regression_model.artefact.model import Model

ENVIRONMENT = "REGRESSION_MODEL"
DEFAULT_DIRECTORY = "model"


def current_model(directory: str | Path | None = None) -> Model:
    """Return the model in a directory: loaded when first asked for, and again when it changes.

    Parameters
    ----------
    directory : str or Path, optional
        By default the one that the environment variable REGRESSION_MODEL names, or else `model`.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If it cannot be loaded; the text says what to do.
    """
    directory = directory or os.environ.get(ENVIRONMENT) or DEFAULT_DIRECTORY
    try:
        stat = os.stat(os.path.join(directory, MANIFEST))
        stamp = (stat.st_mtime_ns, stat.st_ino)
    except OSError:
        stamp = None  # load_model finds the words for it
    return _load_once(os.path.abspath(directory), stamp)


@lru_cache(maxsize=4)
def _load_once(directory: str, stamp: tuple[int, int] | None) -> Model:
    del stamp  # a part of the key only: a model put into the same place is another model
    return load_model(directory)
