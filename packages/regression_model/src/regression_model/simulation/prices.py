"""What a simulated house is worth: a known function of its features, and noise of a known size."""

from collections.abc import Mapping

import numpy as np

from regression_model.schema import HOUSES
from regression_model.simulation.houses import ODD_AREA
from regression_model.simulation.sheet import code_indices
from regression_model.simulation.town import PARTS, TOWN

# standard deviation of log price about its expected value: no model of these features does better
NOISE_FLOOR = 0.12

BASE = 12.0
ODD = -0.85  # what the few big houses that were sold half finished lose


def expected_log_price(columns: Mapping[str, np.ndarray], *, drift: float = 0.0) -> np.ndarray:
    """Return the mean log price of houses, given all their features.

    Parameters
    ----------
    columns : mapping of str to ndarray, each of shape (n,)
        Feature name to numbers or to indices of categories, as encoding gives them.
    drift : float, default 0
        How far prices have moved on; see `simulate_sales`.

    Returns
    -------
    ndarray of float64, shape (n,)
        Log of dollars.
    """
    area = np.log(columns["GrLivArea"] / 1500)
    price = BASE + 0.48 * area + 0.09 * (np.log(columns["LotArea"]) - 9.1)
    price += 0.08 * drift
    for name, unit in TOWN["per_unit"].items():
        price += unit["worth"] * (columns[name] - unit["ordinary"])
    addresses = dict(zip(PARTS["Neighborhood"], PARTS["worth"], strict=True))
    for name, codes in (TOWN["per_code"] | {"Neighborhood": addresses}).items():
        price += _worth_of_codes(name, columns[name], codes)
    age = columns["YrSold"] - columns["YearBuilt"]
    renewed = columns["YrSold"] - columns["YearRemodAdd"]
    price -= 0.0019 * np.minimum(age, 90) + 0.0010 * np.minimum(renewed, 50)
    # two interactions: space is worth more in a good house, and age hurts a neglected one
    price += 0.03 * area * (columns["OverallQual"] - 6)
    price += 0.0003 * np.minimum(age, 90) * (columns["OverallCond"] - 5)
    return price + ODD * (columns["GrLivArea"] > ODD_AREA)


def _worth_of_codes(name: str, indices: np.ndarray, codes: Mapping[str, float]) -> np.ndarray:
    worth = np.zeros(len(HOUSES[name].categories) + 1)  # the last one for missing and unknown
    worth[code_indices(name, list(codes))] = list(codes.values())
    return worth[np.nan_to_num(indices, nan=-1).astype(np.intp)]
