"""The manifest: what a model is, where it comes from, and what it was measured to do."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from regression_model.schema import FeatureSchema
from regression_model.version import __version__

FORMAT = 2
MANIFEST = "manifest.json"


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
        Version of the directory's layout, and of how what is in it was computed.
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
    def from_dict(cls, data: Mapping[str, Any]) -> "Manifest":
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
