"""The choices of a training run: what may be tuned without touching code."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

QUICK_TREES = 20

Names = list[Annotated[str, Meta(min_length=1)]]
Share = Annotated[float, Meta(gt=0, le=1)]
Weight = Annotated[float, Meta(gt=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]


class ConfigError(ValueError):
    """A training configuration cannot be used; the text names the file, the key, and the cure.

    Parameters
    ----------
    text : str
        What is told.
    problem : str
        The key and what is wrong with it, without the file.
    path : tuple of str or int
        Names and places that lead to the value to blame; empty for the whole.
    """

    def __init__(self, text: str, *, problem: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(text)
        self.problem = problem or text
        self.path = path


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
            problem, path = _blame(str(error))
            raise ConfigError(f"{source}: {problem}", problem=problem, path=path) from error


def _blame(message: str) -> tuple[str, tuple[str | int, ...]]:
    """Turn "Expected `int` - at `$.boosting.trees`" into words, and the path ("boosting", "trees").

    The path ends where the message is no more exact than `[...]`, and goes on to an unknown field.
    """
    expected, _, place = message.partition(" - at `$")
    key = place.rstrip("`").lstrip(".")
    steps = re.findall(r"[^.\[\]]+", key.partition("[...]")[0])
    path = [int(step) if step.isdigit() else step for step in steps]
    unknown = re.search("unknown field `(.*)`", expected)
    words = expected[0].lower() + expected[1:]
    return f"{key}: {words}" if key else words, (*path, unknown[1]) if unknown else tuple(path)
