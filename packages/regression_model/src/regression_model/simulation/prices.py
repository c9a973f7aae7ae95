"""What a simulated house is worth: a known function of its features, and noise of a known size."""

from collections.abc import Mapping

import numpy as np

from regression_model.schema import HOUSES
from regression_model.simulation.houses import ODD_AREA
from regression_model.simulation.sheet import code_index
from regression_model.simulation.town import TOWN

# standard deviation of log price about its expected value: no model of these features does better
NOISE_FLOOR = 0.12

# log dollars per unit, above or below an ordinary house of 1,500 square feet
PER_UNIT = {
    "OverallQual": (0.064, 6),
    "OverallCond": (0.042, 5),
    "TotalBsmtSF": (0.00013, 1000),
    "BsmtFinSF1": (0.00007, 0),
    "GarageCars": (0.040, 2),
    "GarageArea": (0.00008, 475),
    "FullBath": (0.030, 2),
    "HalfBath": (0.022, 0),
    "BsmtFullBath": (0.035, 0),
    "Fireplaces": (0.035, 0),
    "WoodDeckSF": (0.00010, 0),
    "ScreenPorch": (0.00020, 0),
    "YrSold": (-0.010, 2008),
    "KitchenAbvGr": (-0.060, 1),
}
PER_CODE = {
    "KitchenQual": {"Fa": -0.05, "Gd": 0.04, "Ex": 0.11},
    "BsmtQual": {"Fa": -0.03, "Gd": 0.02, "Ex": 0.08},
    "ExterQual": {"Fa": -0.03, "Gd": 0.02, "Ex": 0.06},
    "HeatingQC": {"Po": -0.05, "Fa": -0.03, "Gd": 0.01, "Ex": 0.03},
    "BsmtExposure": {"Mn": 0.01, "Av": 0.02, "Gd": 0.06},
    "CentralAir": {"N": -0.07},
    "Functional": {"Min2": -0.05, "Min1": -0.05, "Mod": -0.09, "Maj1": -0.12, "Maj2": -0.25},
    "Condition1": {"Artery": -0.08, "Feedr": -0.03, "RRAe": -0.06, "PosN": 0.04, "PosA": 0.07},
    "MSZoning": {"RM": -0.03, "RH": -0.02, "FV": 0.03, "C (all)": -0.30},
    "BldgType": {"Twnhs": -0.11, "TwnhsE": -0.06, "Duplex": -0.08, "2fmCon": -0.04},
    "SaleCondition": {"Abnorml": -0.09, "Family": -0.05, "AdjLand": -0.12, "Partial": 0.04},
    "Exterior1st": {"BrkFace": 0.05, "Stucco": -0.02, "WdShing": -0.01, "AsbShng": -0.04},
    "Neighborhood": {name: part.worth for name, part in TOWN.items()},
}
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
    for name, (worth, ordinary) in PER_UNIT.items():
        price += worth * (columns[name] - ordinary)
    for name, codes in PER_CODE.items():
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
    for code, value in codes.items():
        worth[code_index(name, code)] = value
    return worth[np.nan_to_num(indices, nan=-1).astype(np.intp)]
