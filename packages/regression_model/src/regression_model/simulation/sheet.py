"""The sheet on which simulated houses are drawn up: one array per column, codes as indices."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from regression_model.schema import HOUSES, Feature
from regression_model.simulation.town import TOWN

NOTHING = -1  # index of an empty cell in a column of codes


class Sheet(dict[str, np.ndarray]):
    """Columns of `count` houses while they are drawn.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where all chance comes from.
    count : int
        Number of houses.
    """

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        super().__init__()
        self.rng = rng
        self.count = count

    def chance(self, probability: float | np.ndarray) -> np.ndarray:
        """Return for each house whether something of this probability happens to it."""
        return self.rng.random(self.count) < probability

    def normal(self, mean: float | np.ndarray, spread: float | np.ndarray) -> np.ndarray:
        """Return one normal draw per house."""
        return mean + spread * self.rng.standard_normal(self.count)

    def draw(self, shares: Sequence[float] | np.ndarray) -> np.ndarray:
        """Return one index per house, each as often as its share says."""
        return self.rng.choice(len(shares), self.count, p=np.asarray(shares) / np.sum(shares))

    def pick(self, *names: str) -> None:
        """Fill columns of codes, each code as often as the town's share says."""
        for name in names:
            self[name] = self._pick(name, TOWN["shares"][name])

    def pick_by_era(self, name: str) -> None:
        """Fill a column of codes, the shares being those of the year of construction."""
        eras = TOWN["eras"][name]
        picked = [self._pick(name, shares) for shares in eras.values()]
        self[name] = np.select([self["YearBuilt"] >= int(year) for year in eras], picked)

    def _pick(self, name: str, shares: dict[str, float]) -> np.ndarray:
        return code_indices(name, list(shares))[self.draw(list(shares.values()))]

    def grade(self, name: str, mark: np.ndarray) -> None:
        """Fill a column of ordered codes: each code takes the marks from its cut upwards."""
        cuts = TOWN["cuts"][name]
        grades = np.searchsorted(list(cuts.values()), mark, side="right") - 1
        self[name] = code_indices(name, list(cuts))[grades]

    def put(self, name: str, code: str | None, where: np.ndarray) -> None:
        """Write one code, or nothing, where a mask says so."""
        self[name] = np.where(where, code_indices(name, [code]), self[name])

    def has(self, name: str, *codes: str) -> np.ndarray:
        """Return for each house whether its code is one of these."""
        return np.isin(self[name], code_indices(name, codes))


def code_indices(name: str, codes: Sequence[str | int | None] | np.ndarray) -> np.ndarray:
    """Return the places of codes among the categories of a feature, -1 for None.

    Parameters
    ----------
    name : str
        A feature of the schema.
    codes : sequence of str, int or None, shape (n,)
        Each a code of that feature.

    Returns
    -------
    ndarray of int8, shape (n,)
    """
    places = {code: place for place, code in enumerate(HOUSES[name].categories)}
    return np.array([places.get(code, NOTHING) for code in codes], dtype=np.int8)


def to_arrow(feature: Feature, values: np.ndarray) -> pa.Array:
    """Turn a column of the sheet into what a table holds: codes as text, gaps as nulls.

    Parameters
    ----------
    feature : Feature
        Of which the column is.
    values : ndarray of int or float, shape (n,)
        Numbers, NaN for a gap; or indices of categories, `NOTHING` for a gap.

    Returns
    -------
    pyarrow.Array of length n
    """
    if feature.is_category:
        indices = pa.array(values, mask=values == NOTHING)
        return pa.DictionaryArray.from_arrays(indices, list(feature.categories)).dictionary_decode()
    return pa.array(values, from_pandas=True)
