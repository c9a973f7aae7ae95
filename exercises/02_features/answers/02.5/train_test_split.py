"""Keep the columns that a lasso keeps whichever half of the sales it sees."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.linear_model import Lasso
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from regression_model.features.penalty import noise_penalty, on_one_scale


class StableLasso(SelectorMixin, BaseEstimator):
    """Select columns by the share of resamples in which a lasso gives them a coefficient.

    A lasso keeps whatever explains the rows it was given, by chance or not. Fitted to many halves
    of the rows, it keeps what matters in nearly all of them, and what chance threw up in few.

    Parameters
    ----------
    penalty : float, default=1
        Strength of the lasso, as a share of the strength that keeps columns of pure noise out:
        sigma sqrt(2 log(columns) / rows), with sigma the error of a least-squares fit.
    threshold : float, default=0.8
        Share of the resamples, from 0 to 1, in which a column's coefficient must not be zero.
    resamples : int, default=50
        Number of random halves of the rows.
    random_state : int, default=0
        Seed of the halves.

    Attributes
    ----------
    stability_ : ndarray of float, shape (n_columns,)
        Share of the resamples that kept each column.
    n_features_in_ : int
        Number of columns seen by `fit`.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> columns = random.normal(size=(200, 3))
    >>> y = 2 * columns[:, 1] + random.normal(size=200)
    >>> StableLasso().fit(columns, y).get_support().tolist()
    [False, True, False]
    """

    def __init__(
        self,
        penalty: float = 1.0,
        *,
        threshold: float = 0.8,
        resamples: int = 50,
        random_state: int = 0,
    ) -> None:
        self.penalty = penalty
        self.threshold = threshold
        self.resamples = resamples
        self.random_state = random_state

    def fit(self, X, y) -> "StableLasso":
        """Count in how many resamples a lasso keeps each column.

        Parameters
        ----------
        X : DataFrame or ndarray of shape (n_rows, n_columns)
            Numbers, none missing.
        y : ndarray of float, shape (n_rows,)
            What is to be explained.

        Returns
        -------
        StableLasso
            The transformer itself.

        Raises
        ------
        ValueError
            If a parameter is out of its range, a value is missing, or no column is stable.
        """
        if min(self.penalty, self.threshold, self.resamples) <= 0 or self.threshold > 1:
            raise ValueError("penalty, threshold and resamples are above zero, threshold up to 1")
        X, y = validate_data(self, X, y, dtype=np.float64)
        from sklearn.model_selection import train_test_split

        scaled = on_one_scale(X)
        half = len(X) // 2
        alpha = noise_penalty(scaled, y, half) * self.penalty
        seeds = np.random.default_rng(self.random_state).integers(0, 2**31, self.resamples)
        kept = 0
        for seed in seeds:
            part, _, prices, _ = train_test_split(
                scaled, y, train_size=half, random_state=int(seed)
            )
            kept = kept + (Lasso(alpha=alpha).fit(part, prices).coef_ != 0).astype(int)
        self.stability_ = kept / self.resamples
        if not self._get_support_mask().any():
            raise ValueError("No column is stable: a lower penalty or threshold keeps more.")
        return self

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self.stability_ >= self.threshold
