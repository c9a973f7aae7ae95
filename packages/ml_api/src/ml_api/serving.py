"""The model that serves, and the changing of it while serving.

A new model put into the directory is loaded beside the old one and takes over only after
`regression_model` has checked its manifest and it has priced a trial row; otherwise the old one
stays, and `/ready` says why. A request keeps the model it began with.
"""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from marshmallow import Schema
from regression_model import FeatureSchema, Model, ModelError, load_model

from ml_api.fast_lane import FastLane
from ml_api.last_good import keep_copy, last_copy
from ml_api.schemas import explain, row_schema

LOG = logging.getLogger("ml_api.model")


@dataclass(frozen=True)
class Serving:
    """A model together with what is built from it."""

    model: Model

    @cached_property
    def rows(self) -> Schema:
        """The marshmallow schema of a row."""
        return row_schema(self.model.schema)

    @cached_property
    def fast_lane(self) -> FastLane:
        """The compiled check of a body."""
        return FastLane(self.model.schema)

    @cached_property
    def trial_row(self) -> dict[str, Any]:
        """A row that the model takes."""
        return trial_row(self.model.schema)


def open_serving(directory: Path) -> Serving:
    """Load the model in `directory` and try it.

    Raises
    ------
    ModelError
        If there is none, its checks fail, or it cannot price the trial row.
    """
    serving = Serving(load_model(directory))
    # makes all that is made at the first use: no request should have to wait for it
    refused = explain(serving.rows, serving.trial_row)
    plain = serving.fast_lane.read(orjson.dumps([serving.trial_row]))
    careful = serving.model.encode([serving.trial_row])[0].astype(np.float32)
    if refused or plain is None or not np.array_equal(plain.matrix, careful, equal_nan=True):
        raise ModelError(f"The model in {directory} has a schema that rows cannot be checked by.")
    if not math.isfinite(serving.model.prices(plain.matrix)[0]):
        raise ModelError(f"The model in {directory} cannot price its trial row. Train it again.")
    return serving


def trial_row(schema: FeatureSchema) -> dict[str, Any]:
    """Make a row that keeps the schema: what is required, first categories, middle numbers."""
    row: dict[str, Any] = {}
    for feature in schema:
        if not feature.required:
            continue
        if feature.is_category:
            row[feature.name] = feature.categories[0] if feature.categories else ""
        else:
            row[feature.name] = _middle(feature.minimum, feature.maximum)
    return row


def _middle(low: float | None, high: float | None) -> int:
    """Return a number between the limits: on a logarithmic scale if they are orders apart."""
    if low is None or high is None:
        return int(low if low is not None else high if high is not None else 1)
    if low > 0 and high > 100 * low:
        return round(math.sqrt(low * high))
    return int((low + high) / 2)


class ServingModel:
    """Holds the model in force and looks for a newer one.

    Parameters
    ----------
    directory : Path
        Directory of the model.
    shared : Path, optional
        Where the workers share a copy of the model last found good.

    Attributes
    ----------
    current : Serving
        The model in force; there is none before `open`.
    refused : str or None
        Why the model now in the directory was not taken.
    """

    current: Serving

    def __init__(self, directory: Path, shared: Path | None = None):
        self._directory, self._shared = directory, shared
        self._stamp: tuple[int, int] | None = None
        self.refused: str | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Load the model, or the one last found good when the directory holds a bad one.

        Raises
        ------
        ModelError
            If neither can be served.
        """
        if hasattr(self, "current"):
            return
        self._stamp = self._stat()
        try:
            self._take(open_serving(self._directory))
        except ModelError as error:
            copy = last_copy(self._shared) if self._shared else None
            if copy is None:
                raise
            self.current, self.refused = open_serving(copy), str(error)
            LOG.error("the model last found good serves: %s", error)

    def _take(self, serving: Serving) -> None:
        self.current, self.refused = serving, None
        if self._shared:
            keep_copy(serving.model, self._directory, self._shared)

    def start(self, every_s: float) -> None:
        """Look for a newer model every so many seconds, in a thread of its own."""
        self._thread = threading.Thread(
            target=self._run, args=(every_s,), name="model", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the looking."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def look(self) -> None:
        """Take the model in the directory if it is another one and passes its checks."""
        stamp = self._stat()
        if stamp == self._stamp:
            return
        try:
            self._take(open_serving(self._directory))
            LOG.info("new model", extra={"model_version": self.current.model.version})
        except Exception as error:  # pylint: disable=broad-exception-caught
            # whatever is wrong with it, the old one goes on serving
            self.refused = str(error)
            LOG.error("new model not taken: %s", error)
        self._stamp = stamp

    def _run(self, every_s: float) -> None:
        while not self._stopping.wait(every_s):
            self.look()

    def _stat(self) -> tuple[int, int] | None:
        try:
            stat = (self._directory / "manifest.json").stat()
        except OSError:
            return None
        # a directory moved into place brings another inode even when the times are equal
        return stat.st_mtime_ns, stat.st_ino
