"""The choices of a training run: what may be tuned without touching code.

Three come with the package, `default`, `champion` and `selected`; any YAML file of the same form
works, and one that says `extends: default` holds only the sections in which it differs.
"""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta, Struct

SHIPPED = ("default", "champion", "selected")
QUICK_TREES = 20

Names = list[Annotated[str, Meta(min_length=1)]]
Share = Annotated[float, Meta(gt=0, le=1)]
Weight = Annotated[float, Meta(gt=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]


class ConfigError(ValueError):
    """A training configuration cannot be used; the text names the file, the key, and the cure."""


class Elapsed(Struct, frozen=True, forbid_unknown_fields=True):
    """Year columns that become years before `reference`."""

    columns: Names
    reference: str


class FeatureConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """How columns become features; see the comments in `configs/default.yml`."""

    elapsed: Elapsed | None
    totals: dict[str, dict[str, Weight]]
    logarithms: Names
    plain: Names
    ordered: Names
    clip: Annotated[float, Meta(ge=0, lt=0.5)]
    min_frequency: AtLeastOne
    indicators: Names = []


class LinearConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The linear learner, `sklearn.linear_model.HuberRegressor`."""

    alpha: Annotated[float, Meta(ge=0)]
    epsilon: Annotated[float, Meta(ge=1)]


class BoostingConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The second learner, `sklearn.ensemble.GradientBoostingRegressor`."""

    trees: AtLeastOne
    learning_rate: Share
    depth: AtLeastOne
    leaf: AtLeastOne
    rows: Share
    columns: Share


class SelectionConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """What the linear learner keeps, `regression_model.features.StableLasso`."""

    penalty: Weight
    threshold: Share
    resamples: AtLeastOne


class TrainingConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """All choices of a training run.

    Parameters
    ----------
    features : FeatureConfig
        How columns become features.
    linear : LinearConfig
        The linear learner.
    boosting : BoostingConfig or None
        Trees whose prediction is averaged with the linear one; None for the linear one alone.
    selection : SelectionConfig or None
        Which columns the linear learner keeps; None for all.
    max_set_aside : float
        Share of the sales that may break a rule; with more of them, training stops.
    """

    features: FeatureConfig
    linear: LinearConfig
    boosting: BoostingConfig | None = None
    selection: SelectionConfig | None = None
    max_set_aside: Annotated[float, Meta(ge=0, le=1)] = 0.05

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the manifest."""
        return msgspec.to_builtins(self)

    def quick(self) -> "TrainingConfig":
        """Return the same with few trees: enough to try the code, not to price a house."""
        if self.boosting is None:
            return self
        trees = min(self.boosting.trees, QUICK_TREES)
        boosting = msgspec.structs.replace(self.boosting, trees=trees)
        return msgspec.structs.replace(self, boosting=boosting)

    @classmethod
    def from_dict(cls, data: Any, *, source: str = "configuration") -> "TrainingConfig":
        """Build a configuration from plain data, checking every key.

        Parameters
        ----------
        data : mapping
            As a YAML file gives it.
        source : str
            What to call the data in an error.

        Raises
        ------
        ConfigError
            If a key is unknown or missing, or a value is not what it should be.
        """
        try:
            return msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{source}: {_in_words(str(error))}") from error


def load_config(name_or_file: str | Path = "default") -> TrainingConfig:
    """Read a configuration of the package, or a file.

    Parameters
    ----------
    name_or_file : str or Path
        One that is shipped, or the path of a YAML file.

    Returns
    -------
    TrainingConfig

    Raises
    ------
    ConfigError
        If there is no such file, it is no YAML, or it says something that training cannot use.

    Examples
    --------
    >>> load_config("default").features.clip
    0.01
    """
    source = str(name_or_file)
    data = _read_yaml(source)
    if isinstance(data, dict) and "extends" in data:
        base = data.pop("extends")
        if base not in SHIPPED:
            raise ConfigError(f"{source}: extends: expected one of {', '.join(SHIPPED)}")
        data = load_config(base).to_dict() | data
    return TrainingConfig.from_dict(data, source=source)


def _read_yaml(source: str) -> Any:
    shipped = files("regression_model.pipeline") / "configs" / f"{source}.yml"
    path = shipped if source in SHIPPED else Path(source)
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{source} is neither one of {', '.join(SHIPPED)} nor a file that can be read "
            f"({error.strerror})"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{source} is not YAML: {' '.join(str(error).split())}") from error


def _in_words(message: str) -> str:
    """Turn "Expected `int` - at `$.boosting.trees`" into "boosting.trees: expected `int`"."""
    expected, _, place = message.partition(" - at `$")
    key = place.rstrip("`").lstrip(".")
    expected = expected[0].lower() + expected[1:]
    return f"{key}: {expected}" if key else expected
