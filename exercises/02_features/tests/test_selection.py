"""Columns are kept by the share of halves in which a lasso gives them a coefficient."""

import numpy as np
import pandas as pd
import pytest

SIZES = ["OverallQual", "GrLivArea", "TotalBsmtSF", "GarageCars"]
NOISE = ["noise_1", "noise_2", "noise_3"]


@pytest.fixture
def planted(table, random):
    """Three hundred sales: four columns that matter, three of pure noise; and their log prices."""
    noise = pd.DataFrame(random.normal(size=(len(table), 3)), columns=NOISE)
    return pd.concat([table[SIZES], noise], axis=1).astype(float), np.log(table["SalePrice"])


@pytest.fixture
def many(random):
    """Sixty columns of noise, and one that matters."""
    columns = pd.DataFrame(random.normal(size=(120, 61))).add_prefix("c")
    return columns, 2 * columns["c0"] - random.normal(size=120)


def test_shares_of_resamples_are_counted(submission, planted, many):
    columns, prices = planted
    turned = columns.assign(GrLivArea=-columns["GrLivArea"], one=3.0)
    other = columns.assign(GrLivArea=columns["GrLivArea"] / 1e4, noise_1=columns["noise_1"] * 1e4)

    def fitted(code):
        selection = code.StableLasso(0.9, threshold=0.6, resamples=8)
        itself = selection.fit(*planted) is selection
        shares = [selection.stability_]
        shares += [
            code.StableLasso(resamples=20).fit(each, prices).stability_
            for each in (turned, columns, other)
        ]
        drawn = []
        for seed in (1, 2):
            np.random.seed(seed)
            code.StableLasso(resamples=2).fit(*planted)
            drawn.append(np.random.random())
        made = [
            code.StableLasso(0.4, threshold=0.1, resamples=20, random_state=seed)
            for seed in (5, 5, 6)
        ]
        shares += [each.fit(*many).stability_ for each in made]
        shares = [np.asarray(each, dtype=float) for each in shares]
        return itself, selection.get_params(), shares, drawn[0] == drawn[1]

    itself, settings, shares, reset = submission.run(fitted)
    eighths, lowered, plain, scaled, first, again, second = shares

    assert itself, "`fit` returns the transformer itself, so that a pipeline can go on with it"
    assert settings == {
        "penalty": 0.9,
        "threshold": 0.6,
        "resamples": 8,
        "random_state": 0,
    }, "The settings should be what was given: `fit` keeps what it learns under other names"
    assert eighths.shape == (7,), "`stability_` should hold one number a column"
    assert set(eighths * 8) <= set(range(9)), (
        "With 8 resamples, each number in `stability_` is a share of 8: in how many of them the "
        f"coefficient was not zero, divided by 8. These came: {eighths.tolist()}"
    )
    # before all that a lucky or unlucky draw may change
    assert (first == again).all(), (
        "Fitted twice with the same `random_state`, it counted differently: draw the halves with "
        "a generator of that seed (`check_random_state`)"
    )
    assert np.all(plain[:2] == 1), (
        "The quality and the area of a house matter in every half of the sales: their "
        f"`stability_` should be 1, and is {plain[:2].tolist()}"
    )
    assert lowered[1] == 1, (
        "A column with a negative coefficient explains the price as well as one with a positive "
        "coefficient: what counts is that it is not zero"
    )
    assert (
        lowered[-1] == 0
    ), "A column that is 3 in every house explains nothing, and its `stability_` should be 0"
    assert np.abs(plain - scaled).max() < 0.1, (
        "The area in other units, the noise in larger numbers, and other columns are stable: put "
        "all on one scale first (`on_one_scale`), since a lasso holds back large coefficients"
    )
    assert not reset, (
        "`fit` set the seed of the generator that the whole process shares (`np.random`), so that "
        "whoever draws from it next gets the same numbers again: make one of your own, "
        "`check_random_state`"
    )
    assert (first != second).any(), (
        "With another `random_state` it counted the same: the seed of the halves is "
        "`self.random_state`"
    )


def test_each_lasso_sees_half_of_the_rows_and_a_penalty(submission, many, random):
    columns = pd.DataFrame(0.0, range(60), ["first", "last"])
    columns.loc[0, "first"] = columns.loc[59, "last"] = 1.0
    columns["flat"] = random.normal(size=60)
    y = 20 * (columns["first"] + columns["last"]) + columns["flat"] + 0.01 * random.normal(size=60)

    def seen(code):
        shares = code.StableLasso(threshold=0.1, resamples=1000).fit(columns, y).stability_[:2]
        found = [
            code.StableLasso(penalty, threshold=0.1, resamples=25).fit(*many).stability_ > 0
            for penalty in (0.3, 1.0)
        ]
        return [float(each) for each in shares], [float(each.mean()) for each in found]

    shares, (weak, strong) = submission.run(seen)

    for place, share in zip(("first", "last"), shares, strict=True):
        assert 0.44 < share < 0.58, (
            f"The {place} house alone has something in one of the columns, so a lasso can keep that "
            f"only when it sees this house: in half of the resamples, and yours did in {share:.0%}. "
            "Each resample is a random half of all rows, a new one each time, without a row twice"
        )
    apart = weak > 0.5 > strong
    assert apart, (
        "With a penalty of 0.3 chance keeps more than half of sixty columns of noise now and then, "
        f"with a penalty of 1 few: yours {weak:.0%} and {strong:.0%}. The `alpha` of the lasso is "
        "the penalty times `noise_penalty`, for the number of rows in a half, not in all"
    )


def test_planted_noise_is_dropped_in_nineteen_of_twenty_resamples(submission, planted):
    columns, prices = planted

    def shares(code):
        kept = np.zeros(columns.shape[1])
        for draw in range(20):
            rows = np.random.default_rng(draw).integers(0, len(columns), len(columns))
            selection = code.StableLasso(resamples=10)
            selection.fit(columns.iloc[rows], prices.iloc[rows])
            kept += selection.get_support()
        return kept / 20

    kept = pd.Series(submission.run(shares), index=columns.columns)

    assert kept[NOISE].max() <= 0.05, (
        "Three columns of pure noise were planted, and each should be dropped in at least 95 % of "
        f"resamples of the sales: one was kept in {kept[NOISE].max():.0%}. Does the lasso see half "
        "of the rows, another half each time, and is its `alpha` the penalty times `noise_penalty` "
        "for so many rows?"
    )
    assert kept[["OverallQual", "GrLivArea"]].min() == 1, (
        "The quality and the area of a house matter, and were dropped in some resamples of the "
        "sales: is `alpha` the penalty times `noise_penalty`?"
    )


def test_what_is_kept_comes_out_by_name(submission, planted):
    columns, prices = planted

    def kept(code):
        selection = code.StableLasso(resamples=5).set_output(transform="pandas")
        selection.fit(columns, prices)
        return list(selection.get_feature_names_out()), selection.transform(columns)

    names, table = submission.run(kept)
    assert list(table.columns) == names and set(names) <= set(columns), (
        "Names are lost: `fit` should remember those of the columns (`validate_data` does, in "
        "`feature_names_in_` and `n_features_in_`)"
    )


def test_what_makes_no_sense_is_refused(submission, planted):
    columns, prices = planted
    gaps = columns.mask(columns < 0)
    right = "a threshold of 1"
    wrong = {
        right: ({"threshold": 1, "penalty": 0.5}, columns),
        "a penalty of 0": ({"penalty": 0}, columns),
        "a threshold of 0": ({"threshold": 0}, columns),
        "a threshold of 1.1": ({"threshold": 1.1}, columns),
        "no resamples": ({"resamples": 0}, columns),
        "a missing value": ({}, gaps),
        "a penalty of 50, with which no column is stable": ({"penalty": 50}, columns),
    }

    def told(code):
        errors = {}
        for what, (setting, table) in wrong.items():
            try:
                code.StableLasso(resamples=5).set_params(**setting).fit(table, prices)
                errors[what] = "nothing"
            except Exception as error:
                errors[what] = type(error).__name__
        return errors

    raised = submission.run(told)
    assert raised.pop(right) == "nothing", f"{right} should be taken: the brief says 1 at most"
    for what, raised in raised.items():
        assert raised == "ValueError", (
            f"{what} should be refused with a `ValueError` by `fit` (a search sets a setting anew, "
            f"which `__init__` never sees), and {raised} was raised"
        )
