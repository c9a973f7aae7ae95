"""Pull what is far out back to what is usual, and learn from the data what is usual."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from regression_model.features.checks import check_table


class QuantileClip(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Limit each column to the range between two quantiles of the training data.

    One house of 5,600 square feet among 1,500 can bend a straight line for all of them. Clipped,
    it is still the largest, but no longer by a mile.

    Parameters
    ----------
    quantile : float, default=0.01
        Share of values to pull in at either end, from 0 (none beyond those seen) up to,
        not including, 0.5.

    Attributes
    ----------
    lower_, upper_ : ndarray of float, shape (n_columns,)
        Limits of each column, infinite for a column that was empty in training.
    feature_names_in_ : ndarray of str, shape (n_columns,)
        Columns of the table seen by `fit`.
    n_features_in_ : int
        Number of those columns.

    Examples
    --------
    >>> areas = pd.DataFrame({"GrLivArea": [900.0, 1000.0, 1100.0, 1200.0, 9000.0]})
    >>> QuantileClip(0.25).fit_transform(areas)["GrLivArea"].tolist()
    [1000.0, 1000.0, 1100.0, 1200.0, 1200.0]
    """

    def __init__(self, quantile: float = 0.01) -> None:
        self.quantile = quantile

    def fit(self, X: pd.DataFrame, y=None) -> "QuantileClip":  # pylint: disable=unused-argument
        """Learn the limits of each column; missing values do not count.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : ignored

        Returns
        -------
        QuantileClip
            The transformer itself.

        Raises
        ------
        TypeError
            If `X` is no DataFrame, or a column holds no numbers.
        ValueError
            If `quantile` is not from 0 up to, not including, 0.5.
        """
        # TODO: check the settings and the table, learn `lower_` and `upper_`, remember the names of
        # the columns and how many they are
        raise NotImplementedError("exercise 03.3 is still to do")

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the table with every value inside its column's limits.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            A new table: the columns that `fit` saw, in its order, and the index of `X`; a missing
            value stays missing.

        Raises
        ------
        TypeError, ValueError
            If `X` is no DataFrame, lacks a column, or has one without numbers.
        """
        # TODO: return a new table with every value inside the limits that `fit` learned
        raise NotImplementedError("exercise 03.3 is still to do")
