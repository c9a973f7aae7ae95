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
        if not 0 <= self.quantile < 0.5:
            raise ValueError("quantile must be from 0 up to, not including, 0.5")
        check_table(X, X.columns if isinstance(X, pd.DataFrame) else ())
        lower, upper = X.quantile([self.quantile, 1 - self.quantile]).to_numpy(dtype=float)
        self.lower_ = np.where(np.isnan(lower), -np.inf, lower)
        self.upper_ = np.where(np.isnan(upper), np.inf, upper)
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the table with every value inside its column's limits.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            A new table, its columns in the order that `fit` saw; a missing value stays missing.

        Raises
        ------
        TypeError, ValueError
            If `X` is no DataFrame, lacks a column, or has one without numbers.
        """
        check_is_fitted(self)
        check_table(X, self.feature_names_in_)
        values = np.clip(X[self.feature_names_in_].to_numpy(), self.lower_, self.upper_)
        return pd.DataFrame(values, columns=self.feature_names_in_, index=X.index)
