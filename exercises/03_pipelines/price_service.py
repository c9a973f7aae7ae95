"""A small price service: the pipeline that training fitted is the one that answers requests."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from regression_model.features import ElapsedYears

NUMBERS = ["OverallQual", "GrLivArea", "YearBuilt", "YrSold", "LotFrontage"]
COLUMNS = [*NUMBERS, "Neighborhood"]


def fit(sales):
    """Fit a pipeline that takes a table with `COLUMNS` and predicts the log price.

    Parameters
    ----------
    sales : DataFrame
        With `COLUMNS` and `SalePrice` in dollars.

    Returns
    -------
    Pipeline
    """
    place = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer(
        [
            ("as they are", "passthrough", ["OverallQual", "GrLivArea", "YearBuilt"]),
            ("frontage", SimpleImputer(strategy="median"), ["LotFrontage"]),
            ("place", place, ["Neighborhood"]),
        ]
    )
    age = ElapsedYears(["YearBuilt"], reference="YrSold")
    model = Pipeline([("age", age), ("columns", columns), ("regress", Ridge())])
    return model.fit(sales[COLUMNS], np.log(sales["SalePrice"]))


def price(model, houses):
    """Price houses as a request brings them.

    Parameters
    ----------
    model : Pipeline
        What `fit` returned.
    houses : list of dict
        As JSON has them: what is not known is None or not there, keys come in any order.

    Returns
    -------
    list of float
        A price in dollars for each house, in the order of the request.
    """
    table = pd.DataFrame(houses, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, float))
    return np.exp(model.predict(table)).tolist()
