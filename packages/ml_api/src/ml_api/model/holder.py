"""The model that serves, and the changing of it while serving.

A new model put into the directory takes over only after `regression_model` has checked its manifest
and it has priced an example row; otherwise the old one stays, and `/ready` says why. A request
keeps the model it began with.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any

from marshmallow import ValidationError
from regression_model import Feature, FeatureSchema, Model, ModelError, load_model, make_prediction

from ml_api.validation.row_schema import row_schema

LOG = logging.getLogger("ml_api.model")
LOOK_AGAIN_S = 2.0


def open_model(directory: Path) -> Model:
    """Load the model in `directory` and try it, through the schema of the service.

    Raises
    ------
    ModelError
        If there is none, its checks fail, or it cannot price an example row.
    """
    model = load_model(directory)
    try:
        row = row_schema(model.schema).load(example_row(model.schema))
        # makes all that is made at the first use, too: no request should have to wait for it
        errors = make_prediction(row, model)["errors"]
    except ValidationError as error:
        errors = {0: error.messages_dict}
    if errors:
        raise ModelError(
            f"The model in {directory} cannot price an example row: {errors[0]}. Train it again."
        )
    return model


def example_row(features: FeatureSchema) -> dict[str, Any]:
    """Make a row that keeps the schema: of what is required, first codes and middling numbers."""
    return {feature.name: _example(feature) for feature in features if feature.required}


def _example(feature: Feature) -> Any:
    if feature.is_category:
        return feature.categories[0] if feature.categories else "?"
    limits = [limit for limit in (feature.minimum, feature.maximum) if limit is not None] or [1]
    low, high = limits[0], limits[-1]
    # geometric where the limits are orders apart: a house of 100 square metres, not of 500
    middle = (low * high) ** 0.5 if 0 < 100 * low < high else (low + high) / 2
    return middle if feature.kind == "number" else int(middle)


class ModelHolder:
    """Holds the model in force and takes a newer one.

    Parameters
    ----------
    directory : Path
        Directory of the model; looked at again every two seconds, by whichever request comes.

    Attributes
    ----------
    refused : str or None
        Why the model now in the directory was not taken.
    """

    def __init__(self, directory: Path):
        self.directory = directory
        self.refused: str | None = None
        self._model: Model
        self._stamp: list[tuple[int, int] | None] = []
        self._look_at = 0.0
        self._looking = threading.Lock()

    def open(self) -> None:
        """Load the model.

        Raises
        ------
        ModelError
            If it cannot be used.
        """
        self._stamp = self._stat()
        self.take(open_model(self.directory))
        self._look_at = time.monotonic() + LOOK_AGAIN_S

    @property
    def current(self) -> Model:
        """The model in force."""
        # while one thread loads a new model, the others go on with the old one
        # pylint: disable-next=consider-using-with  # with would wait for it
        if time.monotonic() >= self._look_at and self._looking.acquire(blocking=False):
            try:
                self.look()
            finally:
                self._look_at = time.monotonic() + LOOK_AGAIN_S
                self._looking.release()
        return self._model

    def take(self, model: Model) -> None:
        """Put a model in force."""
        self._model, self.refused = model, None

    def look(self) -> None:
        """Take the model in the directory if it is another one and can be used."""
        stamp = self._stat()
        if stamp == self._stamp:
            return
        try:
            self.take(open_model(self.directory))
            LOG.info("new model", extra={"model_version": self._model.version})
        except Exception as error:  # pylint: disable=broad-exception-caught
            # whatever is wrong with it, the old one goes on serving
            self.refused = str(error)
            LOG.error("new model not taken: %s", error)
        self._stamp = stamp

    def _stat(self) -> list[tuple[int, int] | None]:
        # both files: one that is copied there file by file is looked at again when it is whole
        return [_identity(self.directory / name) for name in ("manifest.json", "model.onnx")]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    # a directory moved into place brings other inodes even when the times are equal
    return stat.st_mtime_ns, stat.st_ino
