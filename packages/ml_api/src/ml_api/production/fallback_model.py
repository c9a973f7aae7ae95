"""The last good model, for workers that start while the directory holds a bad one.

A worker that is killed or restarted reads the model directory anew. Were the only model the one in
there, a half copied file would take the service down worker by worker, while its old model is still
perfectly good. So each model taken is copied to the state directory of the service.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regression_model import Model, ModelError, load_model

from ml_api.model.holder import ModelHolder, open_model

LOG = logging.getLogger("ml_api.model")
PREFIX = "model-"
FILES = ("manifest.json", "model.onnx")
COPIES = 2  # the last good one, and the one before: a worker may just be reading it


class FallbackModelHolder(ModelHolder):
    """A `ModelHolder` that opens the last good model where the one in the directory is bad.

    Parameters
    ----------
    directory : Path
        Directory of the model.
    state : Path
        Where the copies are kept.
    on_take : callable
        Told of each model that is put in force.
    """

    def __init__(self, directory: Path, state: Path, on_take: Callable[[Model], Any]):
        super().__init__(directory)
        self._state, self._on_take = state, on_take

    def open(self) -> None:
        """Load the model, or the last good one.

        Raises
        ------
        ModelError
            If neither can be used.
        """
        try:
            super().open()
        except ModelError as error:
            copy = last_copy(self._state)
            if copy is None:
                raise
            self.take(open_model(copy))
            self.refused = str(error)
            LOG.error("the last good model serves: %s", error)

    def take(self, model: Model) -> None:
        """Put a model in force, and keep a copy of it."""
        super().take(model)
        keep_copy(model, self.directory, self._state)
        self._on_take(model)


def keep_copy(model: Model, directory: Path, state: Path) -> None:
    """Copy the model in `directory` to `state`, unless it is another one by now."""
    target = state / f"{PREFIX}{model.manifest.onnx_sha256}"
    if target.exists():
        os.utime(target)  # the newest is the last
        return
    try:
        state.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=state) as scratch:
            made = Path(scratch) / "model"
            made.mkdir()
            for name in FILES:
                shutil.copyfile(directory / name, made / name)
            if load_model(made).manifest == model.manifest:
                made.rename(target)
    except (OSError, ModelError) as error:
        # another worker was quicker, or the disk is full: the model serves without a copy
        LOG.warning("no copy of the model was kept: %s", error)
    for old in copies(state)[:-COPIES]:
        shutil.rmtree(old, ignore_errors=True)


def copies(state: Path) -> list[Path]:
    """Return the directories of all copies, oldest first."""
    return sorted(state.glob(f"{PREFIX}*"), key=lambda path: path.stat().st_mtime_ns)


def last_copy(state: Path) -> Path | None:
    """Return the directory of the last good model, None where there is none."""
    return (copies(state) or [None])[-1]
