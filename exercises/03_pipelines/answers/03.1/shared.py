"""The loose steps of a notebook, and the one object that does what they do together."""

from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def log_prices_by_hand(train, log_prices, houses):
    """Fit three steps to the training sales, one by one, and take houses through them.

    Parameters
    ----------
    train, houses : DataFrame of shape (n_rows, n_columns)
        Numbers, some of them missing.
    log_prices : Series of float, shape (n_rows,)
        Of the training sales.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        What the model says of `houses`.
    """
    imputer = SimpleImputer(strategy="median").fit(train)
    scaler = StandardScaler().fit(imputer.transform(train))
    line = Ridge(alpha=10).fit(scaler.transform(imputer.transform(train)), log_prices)
    return line.predict(scaler.transform(imputer.transform(houses)))


SHARED = Pipeline(
    [
        ("fill", SimpleImputer(strategy="median")),
        ("scale", StandardScaler()),
        ("regress", Ridge(alpha=10)),
    ]
)


def price_pipeline():
    """Return an unfitted pipeline of the three steps above, a new one at each call.

    Returns
    -------
    Pipeline
        `fit(train, log_prices).predict(houses)` gives what `log_prices_by_hand` gives.
    """
    return SHARED
