"""A feature and a schema of features: kinds, limits, codes, and what an empty cell means."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from regression_model.schema.cells import clean_text

KINDS = ("integer", "number", "category")
MISSING_MEANINGS = ("unknown", "none")


@dataclass(frozen=True)
class Feature:
    """One column: its kind, its hard limits or its codes, and what an empty cell means.

    Parameters
    ----------
    name : str
        Column name, as in the sales table.
    kind : {"integer", "number", "category"}
        What a value is.
    description : str
        One sentence for documentation and for the service's contract.
    minimum, maximum : float, optional
        Inclusive limits beyond which a number is refused rather than priced.
    categories : tuple of str or tuple of int
        Known codes, from worst to best where they have an order. Other codes are accepted and
        encoded as unknown.
    labels : mapping of code to str
        What each code says in words.
    required : bool
        Whether a row without this value is refused.
    missing : {"unknown", "none"}
        An empty cell means that nobody wrote the value down, or that the house has no such thing.

    Raises
    ------
    ValueError
        If the kind or the meaning of missing is not one of those above, or a code would never be
        met, because cells are cleaned first.
    """

    name: str
    kind: str
    description: str
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] | tuple[int, ...] = ()
    labels: Mapping[Any, str] = field(default_factory=dict)
    required: bool = False
    missing: str = "unknown"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.missing not in MISSING_MEANINGS:
            raise ValueError(f"{self.name}: missing {self.missing!r} is neither unknown nor none")
        for code in self.categories:
            if isinstance(code, str) and clean_text(code) != code:
                raise ValueError(f"{self.name}: no cell is ever read as the code {code!r}")

    @property
    def is_category(self) -> bool:
        """Whether values are codes rather than quantities."""
        return self.kind == "category"

    @property
    def has_integer_codes(self) -> bool:
        """Whether this is a category whose codes are whole numbers."""
        return self.is_category and bool(self.categories) and isinstance(self.categories[0], int)

    @cached_property
    def codes(self) -> dict[Any, float]:
        """The number that stands for each way of writing each category."""
        codes: dict[Any, float] = {}
        for index, code in enumerate(self.categories):
            codes[code] = float(index)
            if isinstance(code, str) and " " in code:
                # one well-known copy of the table keeps quotes around codes that hold a blank
                codes[f"'{code}'"] = float(index)
        return codes

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; labels become pairs because JSON keys are always text."""
        return asdict(self) | {
            "categories": list(self.categories),
            "labels": [[code, label] for code, label in self.labels.items()],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Feature":
        """Build the feature that `to_dict` described.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the data is not what `to_dict` gives.
        """
        return cls(
            **dict(data) | {"categories": tuple(data["categories"]), "labels": dict(data["labels"])}
        )


@dataclass(frozen=True)
class FeatureSchema:
    """The features of a model, in the order of its input, and the columns it only carries along.

    Parameters
    ----------
    features : tuple of Feature
        In the order of the model's input.
    carried : tuple of str
        Columns that a row may hold and that are never used.

    Examples
    --------
    >>> area = Feature("GrLivArea", "integer", "Living area.", minimum=0, maximum=9000)
    >>> schema = FeatureSchema((area,))
    >>> schema.names, len(schema), schema["GrLivArea"].maximum
    (('GrLivArea',), 1, 9000)
    """

    features: tuple[Feature, ...]
    carried: tuple[str, ...] = ("Id", "SalePrice")

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> "Feature":
        return self._by_name[name]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # names are enough to tell schemas apart in a cache; equality still compares everything
        return hash((self.names, self.carried))

    @cached_property
    def _by_name(self) -> dict[str, Feature]:
        return {feature.name: feature for feature in self.features}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all features, in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Names of the integer and number features, in order."""
        return tuple(feature.name for feature in self.features if not feature.is_category)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Names of the category features, in order."""
        return tuple(feature.name for feature in self.features if feature.is_category)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of the features that no row may lack, in order."""
        return tuple(feature.name for feature in self.features if feature.required)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the manifest."""
        return {
            "features": [feature.to_dict() for feature in self.features],
            "carried": list(self.carried),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "FeatureSchema":
        """Build the schema that `to_dict` described.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the data is not what `to_dict` gives.
        """
        features = tuple(Feature.from_dict(feature) for feature in data["features"])
        return cls(features, tuple(data["carried"]))
