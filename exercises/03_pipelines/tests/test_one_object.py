"""Three loose steps become one object, which prices as they do and can be searched."""

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

NUMBERS = ["LotFrontage", "LotArea", "OverallQual", "YearBuilt", "GrLivArea"]


@pytest.fixture
def parted(table):
    """Numbers and log prices of eighty sales, and the numbers of forty other houses."""
    sold = table.head(80)
    return sold[NUMBERS], np.log(sold["SalePrice"]), table[NUMBERS].tail(40)


def by_hand(train, log_prices, houses):
    imputer = SimpleImputer(strategy="median").fit(train)
    scaler = StandardScaler().fit(imputer.transform(train))
    line = Ridge(alpha=10).fit(scaler.transform(imputer.transform(train)), log_prices)
    return line.predict(scaler.transform(imputer.transform(houses)))


def test_it_says_what_the_loose_steps_say(submission, parted):
    train, log_prices, houses = parted
    given = submission.run(
        lambda code: code.price_pipeline().fit(train, log_prices).predict(houses)
    )

    expected = by_hand(train, log_prices, houses)
    assert np.round(given, 6).tolist() == np.round(expected, 6).tolist(), (
        "The pipeline says something else than the loose steps: "
        "are all three in it, in their order, with the settings that they have above?"
    )


def test_the_settings_of_its_steps_can_be_searched(submission):
    names = submission.run(lambda code: list(code.price_pipeline().get_params()))

    reached = {name.rpartition("__")[2] for name in names if "__" in name}
    assert {"strategy", "alpha"} <= reached, (
        "A search should find `strategy` of the imputer and `alpha` of the regression by the names "
        "of their steps: is it a scikit-learn `Pipeline` of these steps?"
    )


def test_each_call_returns_a_new_one_that_is_not_fitted(submission, parted):
    train, log_prices, _ = parted

    def fitted(code):
        first = hasattr(code.price_pipeline()[-1], "coef_")
        code.price_pipeline().fit(train, log_prices)
        return first, hasattr(code.price_pipeline()[-1], "coef_")

    first, second = submission.run(fitted)

    assert not first, (
        "The pipeline came fitted before anybody had called its `fit`: put unfitted steps into it, "
        "and leave fitting to whoever calls the function"
    )
    assert not second, (
        "The second pipeline came fitted, because somebody had fitted the first: "
        "make a new one in each call, so that two trainings cannot meet in one object"
    )
