"""A capture: what a model said of some houses, in a file that waits for the next model."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from regression_model.artefact import Model
from regression_model.prediction import make_prediction


@dataclass(frozen=True)
class Capture:
    """What a model said of some houses.

    Parameters
    ----------
    model_version : str
        Version of the model.
    houses : str
        Hash of the houses; captures of other houses cannot be compared.
    prices : tuple of float or None
        One per house, in order; None for a house that the model refused.
    """

    model_version: str
    houses: str
    prices: tuple[float | None, ...]

    def write(self, path: Path) -> None:
        """Write it as JSON, every digit of a price included."""
        text = json.dumps(asdict(self), indent=0, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")


def take_capture(
    model: Model, rows: Sequence[Mapping[str, Any]] | Any, houses: str = ""
) -> Capture:
    """Price houses, and remember what was said.

    Parameters
    ----------
    model : Model
    rows : list of dict, pandas.DataFrame or pyarrow.Table
        Houses, as `make_prediction` takes them.
    houses : str
        What these houses are known by: the hash of their file, see `hash_file`.
    """
    return Capture(model.version, houses, tuple(make_prediction(rows, model)["predictions"]))


def read_capture(path: Path) -> Capture:
    """Read what `Capture.write` wrote.

    Raises
    ------
    ValueError
        If the file holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        prices = tuple(None if each is None else float(each) for each in data["prices"])
        found = Capture(str(data["model_version"]), str(data["houses"]), prices)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no capture ({error!r:.100}). Take it anew.") from error
    if any(price is not None and not (math.isfinite(price) and price > 0) for price in prices):
        raise ValueError(f"{path} holds a price that is none. Take the capture anew.")
    return found


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file: rows in another order are other houses here."""
    return sha256(path.read_bytes()).hexdigest()
