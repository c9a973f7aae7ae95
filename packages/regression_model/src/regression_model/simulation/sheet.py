"""The sheet on which simulated houses are drawn up: one array per column, codes as indices."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from regression_model.schema import HOUSES, Feature

NOTHING = -1  # index of an empty cell in a column of codes


class Sheet:
    """Columns of `count` houses while they are drawn.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where all chance comes from.
    count : int
        Number of houses.
    """

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rng = rng
        self.count = count
        self.columns: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def __setitem__(self, name: str, values: np.ndarray) -> None:
        self.columns[name] = values

    def chance(self, probability: float | np.ndarray) -> np.ndarray:
        """Return for each house whether something of this probability happens to it."""
        return self.rng.random(self.count) < probability

    def normal(self, mean: float | np.ndarray, spread: float | np.ndarray) -> np.ndarray:
        """Return one normal draw per house."""
        return mean + spread * self.rng.standard_normal(self.count)

    def draw(self, shares: Sequence[float]) -> np.ndarray:
        """Return one index per house, each as often as its share says."""
        edges = np.cumsum(shares)
        places = np.searchsorted(edges / edges[-1], self.rng.random(self.count), side="right")
        return np.minimum(places, len(edges) - 1)  # rounding may leave the last edge below one

    def pick(self, name: str, shares: Mapping[str | int, float]) -> None:
        """Fill a column of codes, each as often as its share says."""
        indices = np.array([code_index(name, code) for code in shares], dtype=np.int8)
        self[name] = indices[self.draw(list(shares.values()))]

    def grade(self, name: str, level: np.ndarray, cuts: Mapping[str, float]) -> None:
        """Fill a column of ordered codes: each code takes the levels from its cut upwards."""
        indices = np.array([code_index(name, code) for code in cuts], dtype=np.int8)
        steps = np.searchsorted(list(cuts.values()), level, side="right") - 1
        self[name] = indices[np.clip(steps, 0, len(cuts) - 1)]

    def put(self, name: str, code: str | int | None, where: np.ndarray) -> None:
        """Write one code, or nothing, where a mask says so."""
        index = NOTHING if code is None else code_index(name, code)
        self[name] = np.where(where, np.int8(index), self[name])

    def has(self, name: str, *codes: str | int) -> np.ndarray:
        """Return for each house whether its code is one of these."""
        return np.isin(self[name], [code_index(name, code) for code in codes])


def code_index(name: str, code: str | int) -> int:
    """Return the place of a code among the categories of a feature."""
    return HOUSES[name].categories.index(code)  # type: ignore[arg-type]


def to_arrow(feature: Feature, values: np.ndarray) -> pa.Array:
    """Turn a column of the sheet into what a table holds: codes as text, gaps as nulls."""
    if feature.is_category:
        indices = pa.array(values, mask=values == NOTHING)
        return pa.DictionaryArray.from_arrays(indices, list(feature.categories)).dictionary_decode()
    if values.dtype.kind == "f":
        return pa.array(values, mask=np.isnan(values))
    return pa.array(values)
