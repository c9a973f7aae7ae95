"""How old a thing was when it was sold: years elapsed, from calendar years."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from regression_model.features.checks import check_table


class ElapsedYears(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Replace year columns by the years elapsed until a reference year.

    A house of 1990 was young in 2006 and is not today: its age says what its year cannot.

    Parameters
    ----------
    columns : list of str
        Year columns, in calendar years.
    reference : str
        Column holding the later year, usually the year of sale. It stays as it is.

    Attributes
    ----------
    feature_names_in_ : ndarray of str, shape (n_columns,)
        Columns of the table seen by `fit`.
    n_features_in_ : int
        Number of those columns.

    Examples
    --------
    >>> sales = pd.DataFrame({"YearBuilt": [1990], "YrSold": [2008]})
    >>> ElapsedYears(["YearBuilt"], reference="YrSold").fit_transform(sales)["YearBuilt"].item()
    18
    """

    def __init__(self, columns: list[str], *, reference: str) -> None:
        self.columns = columns
        self.reference = reference
        if isinstance(self.columns, str):
            raise TypeError(f"columns is a list of names: write [{self.columns!r}]")
        if self.reference in self.columns:
            raise ValueError(f"The reference {self.reference} cannot be one of the columns")

    def fit(self, X: pd.DataFrame, y=None) -> "ElapsedYears":  # pylint: disable=unused-argument
        """Check that the columns are there and remember the names of all.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : ignored

        Returns
        -------
        ElapsedYears
            The transformer itself.

        Raises
        ------
        TypeError
            If `columns` is not a list of names, `X` is no DataFrame, or a year is no number.
        ValueError
            If a column is missing, or the reference is among `columns`.
        """
        check_table(X, [*self.columns, self.reference])
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the table with years elapsed in place of calendar years.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            A new table; a missing year stays missing.

        Raises
        ------
        TypeError, ValueError
            As `fit` does.
        """
        check_is_fitted(self)
        check_table(X, [*self.columns, self.reference])
        elapsed = {column: X[self.reference] - X[column] for column in self.columns}
        return X.assign(**elapsed)
