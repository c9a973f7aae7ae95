"""How strong a lasso has to be to keep columns of pure noise out."""

import numpy as np


def on_one_scale(columns: np.ndarray) -> np.ndarray:
    """Return columns of mean 0 and standard deviation 1; one that never changes becomes 0.

    Parameters
    ----------
    columns : ndarray of float64, shape (n_rows, n_columns)

    Returns
    -------
    ndarray of float64, shape (n_rows, n_columns)
    """
    spread = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1)


def noise_penalty(columns: np.ndarray, y: np.ndarray, rows: int) -> float:
    """Return the `alpha` with which a lasso on so many rows keeps columns of pure noise out.

    Parameters
    ----------
    columns : ndarray of float64, shape (n_rows, n_columns)
        All rows, on one scale.
    y : ndarray of float64, shape (n_rows,)
    rows : int
        How many of them the lasso is going to see.

    Returns
    -------
    float
        Above zero.
    """
    alpha = _noise(columns, y) * np.sqrt(2 * np.log(max(2, columns.shape[1])) / rows)
    return max(alpha, 1e-12)


def _noise(columns: np.ndarray, y: np.ndarray) -> float:
    """Return the standard deviation of what a least-squares fit leaves unexplained."""
    centred = y - y.mean()
    coefficients, _, rank, _ = np.linalg.lstsq(columns, centred)
    free = len(y) - rank - 1
    if free < len(y) / 10:  # too many columns to tell: all of it may be noise
        return float(y.std())
    return float(np.sqrt(np.sum((centred - columns @ coefficients) ** 2) / free))
