"""Limits are learned from the training table, and hold for every other table."""

import math

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def sizes():
    """Two columns of 101 values: the 5 % quantile of the first is 5, of the second 50."""
    values = {"GrLivArea": range(101), "LotArea": range(0, 1010, 10)}
    return pd.DataFrame(values, dtype=float, index=range(500, 601))


@pytest.fixture
def areas(table):
    """Two columns of real sizes."""
    return table[["GrLivArea", "LotFrontage"]].astype(float)


def test_fit_learns_two_quantiles_of_each_column(submission, sizes):
    def fitted(code):
        clips = [code.QuantileClip(quantile).fit(sizes) for quantile in (0.05, 0.123)]
        return [
            [np.asarray(limit).tolist() for limit in (clip.lower_, clip.upper_)] for clip in clips
        ]

    (lower, upper), others = submission.run(fitted)

    assert lower == pytest.approx([5, 50]), (
        "`lower_` should hold the quantile of each column, one number a column: "
        "the columns here run from 0 to 100 and from 0 to 1000, the quantile is 0.05"
    )
    assert upper == pytest.approx([95, 950]), (
        "`upper_` should hold the quantile as far from the other end: "
        "a quantile of 0.05 pulls in 5 % of the values below and 5 % above"
    )
    assert sum(others, []) == pytest.approx([12.3, 123, 87.7, 877]), (
        "A quantile of 0.123 lies between two values of the column: "
        "take the limits as `quantile` gives them, not rounded"
    )


def test_fit_remembers_names_and_number_and_returns_the_transformer(submission, sizes):
    def fitted(code):
        clip = code.QuantileClip(0.05)
        itself = clip.fit(sizes) is clip
        return itself, list(clip.get_feature_names_out()), clip.n_features_in_

    itself, names, number = submission.run(fitted)

    assert itself, (
        "`fit` returns the transformer itself, so that `fit(X).transform(X)` can be written "
        "in one line, as pipelines do"
    )
    assert (names, number) == (["GrLivArea", "LotArea"], 2), (
        "`fit` should remember the names of the columns in `feature_names_in_`, "
        "and how many they are in `n_features_in_`"
    )


def test_values_far_out_are_pulled_in_and_the_others_stay(submission, sizes):
    clipped = submission.run(lambda code: code.QuantileClip(0.05).fit(sizes).transform(sizes))

    assert clipped["GrLivArea"].tolist() == [5] * 5 + list(range(5, 96)) + [95] * 5, (
        "A value beyond a limit becomes the limit, every other value stays as it is: "
        "is something cut off, or left out?"
    )
    assert clipped.index.equals(sizes.index), (
        "The values are right and the rows have another index: "
        "who looks up a house by its label would find another one"
    )


def test_a_quantile_of_0_is_allowed_and_pulls_in_what_training_has_not_seen(submission, sizes):
    taller = sizes + 1

    clipped = submission.run(lambda code: code.QuantileClip(0).fit(sizes).transform(taller))

    assert (clipped.min().tolist(), clipped.max().tolist()) == ([1, 1], [100, 1000]), (
        "With a quantile of 0 the limits are the least and the largest value of training: "
        "what lies between them stays, what lies beyond is pulled in"
    )


def test_the_table_that_is_handed_in_stays_as_it_was(submission, areas):
    def table_after(code):
        given = areas.copy()
        code.QuantileClip(0.2).fit(given).transform(given)
        return given

    assert submission.run(table_after).equals(
        areas
    ), "The table that was handed in came back changed: return a new one"


def test_a_new_house_meets_the_limits_of_training(submission, sizes):
    mansion = pd.DataFrame({"GrLivArea": [9000.0], "LotArea": [500.0]})

    clipped = submission.run(lambda code: code.QuantileClip(0.05).fit(sizes).transform(mansion))

    assert clipped.to_dict("list") == {"GrLivArea": [95.0], "LotArea": [500.0]}, (
        "A house of 9,000 square feet should be pulled in to 95, the limit learned in training: "
        "does `transform` learn from the table it is given?"
    )


def test_gaps_do_not_count_and_stay_gaps(submission, areas):
    clipped = submission.run(lambda code: code.QuantileClip(0.05).fit(areas).transform(areas))

    known = areas["LotFrontage"].dropna()
    assert (
        clipped["LotFrontage"].isna().equals(areas["LotFrontage"].isna())
    ), "A missing value is neither large nor small and stays missing: filling it is another step"
    assert math.isclose(clipped["LotFrontage"].max(), known.quantile(0.95)), (
        "The limit is another one than `X.quantile` gives: gaps do not count, "
        "and between two values the quantile is interpolated"
    )


def test_an_empty_column_has_no_limits_and_costs_the_others_nothing(submission, sizes):
    empty = sizes.assign(LotArea=math.nan)

    def limits(code):
        clip = code.QuantileClip(0.05).fit(empty)
        return np.stack([clip.lower_, clip.upper_]).tolist()

    lower, upper = submission.run(limits)

    assert (lower[0], upper[0]) == (5, 95), (
        "A gap in one column says nothing of the others: each column has its limits from all of "
        "its own values, also from rows that lack something else"
    )
    assert (lower[1], upper[1]) == (-math.inf, math.inf), (
        "Of a column that was empty in training nothing is known: its limits should be infinite, "
        "since NaN as a limit says nothing that other code can compute with"
    )


def test_the_columns_of_training_come_back_in_its_order(submission, sizes):
    turned = sizes.assign(YrSold=2010.0)[["LotArea", "YrSold", "GrLivArea"]]

    clipped = submission.run(lambda code: code.QuantileClip(0.05).fit(sizes).transform(turned))

    assert list(clipped.columns) == ["GrLivArea", "LotArea"], (
        "The columns that `fit` saw come back, in its order, and no others. This table has them "
        "the other way round, and one between them that training did not know"
    )
    assert clipped.max().tolist() == [95, 950], (
        "A table with its columns in another order was clipped with the limits of the wrong "
        "columns: which order did `fit` see?"
    )


@pytest.mark.parametrize("quantile", [0, 0.05])
def test_the_setting_stays_as_it_was_given(submission, sizes, quantile):
    settings = submission.run(lambda code: code.QuantileClip(quantile).fit(sizes).get_params())

    assert settings == {
        "quantile": quantile
    }, "The setting should be what was given: `fit` keeps what it learns under other names"


@pytest.mark.parametrize("quantile", [-0.1, 0.5, 0.6])
def test_a_quantile_outside_its_range_is_refused(submission, sizes, quantile):
    refusal = submission.raises(
        ValueError, lambda code: code.QuantileClip().set_params(quantile=quantile).fit(sizes)
    )

    named = "quantile" in refusal.message.lower() or str(quantile) in refusal.message
    assert named, (
        "The message does not say which setting is wrong: name `quantile`, or the value it has. "
        f"It says: {refusal.message}"
    )


def test_what_is_no_table_is_refused(submission, sizes):
    submission.raises(TypeError, lambda code: code.QuantileClip().fit(sizes.to_numpy()))


def test_a_column_without_numbers_is_refused(submission, sizes):
    submission.raises(
        TypeError, lambda code: code.QuantileClip().fit(sizes.assign(Neighborhood="OldTown"))
    )


def test_a_table_that_lacks_a_column_is_refused(submission, sizes):
    fewer = sizes[["GrLivArea"]]

    submission.raises(
        ValueError, lambda code: code.QuantileClip().fit(sizes).transform(fewer), match="LotArea"
    )


def test_transform_before_fit_is_refused(submission, sizes):
    submission.raises("NotFittedError", lambda code: code.QuantileClip().transform(sizes))


def test_onnx_clips_in_the_same_way(submission, areas, through_onnx):
    train = areas.assign(empty=math.nan)
    odd = [
        train.assign(GrLivArea=9000.0, empty=1.0),
        train.assign(LotFrontage=-5.0, GrLivArea=math.nan),
        train.head(1),
    ]

    ours, onnx = submission.run(lambda code: through_onnx(code.QuantileClip(0.05), train, odd))

    for one, other in zip(ours, onnx, strict=True):
        same = one.shape == other.shape and np.allclose(one, other, rtol=1e-5, equal_nan=True)
        assert same, (
            "The service clips by ONNX, which takes your `lower_` and `upper_` and no more; your "
            "`transform` gives other values, so training would refuse the model. "
            "The rows are odd: values beyond both limits, gaps, an empty column, one row alone"
        )
