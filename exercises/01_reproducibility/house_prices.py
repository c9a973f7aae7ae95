"""A small training that repeats: the same sales and the same seed give the same weights."""

import numpy as np

COLUMNS = ("GrLivArea", "OverallQual", "YearBuilt", "GarageArea", "LotArea")


def train(sales, *, seed):
    """Learn how many dollars a unit of each column is worth, one column after the other.

    Parameters
    ----------
    sales : list of dict
        Each with a unique `Id`, the columns above, and `SalePrice` in dollars.
    seed : int
        Decides which sales are learned from.

    Returns
    -------
    dict of str to float
        Dollars for each unit of a column.
    """
    generator = np.random.default_rng(seed)
    sales = sorted(sales, key=lambda sale: sale["Id"])
    # shuffle: four fifths are learned from; bootstrap: drawn from these with replacement
    chosen = generator.permutation(len(sales))[: len(sales) * 4 // 5]
    drawn = generator.choice(chosen, size=len(chosen))
    left = np.array([sales[row]["SalePrice"] for row in drawn], dtype="float64")
    weights = {}
    for column in COLUMNS:
        values = np.array([sales[row][column] for row in drawn], dtype="float64")
        weights[column] = float(values @ left / (values @ values))
        left -= weights[column] * values  # the next column explains what this one left over
    return weights
