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
        # TODO: check the settings and the table, remember the names of the columns and how many
        # they are
        raise NotImplementedError("exercise 03.2 is still to do")

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the table with years elapsed in place of calendar years.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            A new table with the index of `X`; a missing year stays missing.

        Raises
        ------
        TypeError, ValueError
            As `fit` does.
        """
        # TODO: return a new table with the years elapsed in place of the calendar years
        raise NotImplementedError("exercise 03.2 is still to do")
