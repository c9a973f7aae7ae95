"""Sums that a buyer makes in the head: all floors together, all bathrooms, all porches."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from regression_model.features.checks import check_table


class Totals(TransformerMixin, BaseEstimator):
    """Add columns that are weighted sums of others.

    Parameters
    ----------
    totals : mapping of str to mapping of str to float
        Name of each new column, to the columns it sums and how much each of them counts.

    Attributes
    ----------
    feature_names_in_ : ndarray of str, shape (n_columns,)
        Columns of the table seen by `fit`.
    n_features_in_ : int
        Number of those columns.

    Examples
    --------
    >>> houses = pd.DataFrame({"FullBath": [2], "HalfBath": [1]})
    >>> totals = Totals({"Baths": {"FullBath": 1, "HalfBath": 0.5}})
    >>> totals.fit_transform(houses)["Baths"].item()
    2.5
    """

    def __init__(self, totals: Mapping[str, Mapping[str, float]]) -> None:
        self.totals = totals

    def fit(self, X: pd.DataFrame, y=None) -> "Totals":  # pylint: disable=unused-argument
        """Check that the parts of each total are there and remember the names of all columns.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : ignored

        Returns
        -------
        Totals
            The transformer itself.

        Raises
        ------
        TypeError
            If `X` is no DataFrame, or a part holds no numbers.
        ValueError
            If a part is missing, a total has no parts, or its name is taken.
        """
        check_table(X, self._parts())
        for name, parts in self.totals.items():
            if name in X.columns:
                raise ValueError(f"The table already has a column {name}")
            if not parts:
                raise ValueError(f"The total {name} has no parts")
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the table with one more column for each total.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        DataFrame of shape (n_rows, n_columns + n_totals)
            A new table; a total is missing where one of its parts is.

        Raises
        ------
        TypeError, ValueError
            As `fit` does.
        """
        check_is_fitted(self)
        check_table(X, self._parts())
        sums = {
            name: X[list(parts)].mul(parts).sum(axis=1, skipna=False)
            for name, parts in self.totals.items()
        }
        return X.assign(**sums)

    # pylint: disable-next=unused-argument  # scikit-learn passes it
    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Return the names of all columns that `transform` gives.

        Parameters
        ----------
        input_features : ignored
            Taken for scikit-learn's sake; the names are those seen by `fit`.

        Returns
        -------
        ndarray of str, shape (n_columns + n_totals,)
        """
        check_is_fitted(self)
        return np.asarray([*self.feature_names_in_, *self.totals], dtype=object)

    def _parts(self) -> list[str]:
        return [column for parts in self.totals.values() for column in parts]
