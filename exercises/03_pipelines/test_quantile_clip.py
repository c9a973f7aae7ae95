"""Limits are learned from the training table, and hold for every other table."""

import math

import numpy as np
import pandas as pd


def test_fit_learns_two_quantiles_of_each_column(submission, sizes):
    def fitted(code):
        clip = code.QuantileClip(0.05)
        returned = clip.fit(sizes)
        return returned is clip, clip.lower_.tolist(), clip.upper_.tolist()

    returned_itself, lower, upper = submission.run(fitted)

    assert np.allclose(lower, [5, 50]), (
        "`lower_` should hold the quantile of each column, one number a column: "
        "the columns here run from 0 to 100 and from 0 to 1000, the quantile is 0.05"
    )
    assert np.allclose(upper, [95, 950]), (
        "`upper_` should hold the quantile as far from the other end: "
        "a quantile of 0.05 pulls in 5 % of the values below and 5 % above"
    )
    assert returned_itself, (
        "`fit` returns the transformer itself, so that `fit(X).transform(X)` can be written "
        "in one line, as pipelines do"
    )


def test_values_far_out_are_pulled_in_and_the_others_stay(submission, sizes):
    def clipped_and_given(code):
        table = sizes.copy()
        return code.QuantileClip(0.05).fit(table).transform(table), table

    clipped, given = submission.run(clipped_and_given)

    assert clipped["GrLivArea"].tolist() == [5] * 5 + list(range(5, 96)) + [95] * 5, (
        "A value beyond a limit becomes the limit, every other value stays as it is: "
        "is something cut off, or left out?"
    )
    assert given.equals(sizes), "The table that was handed in came back changed: return a new one"


def test_a_new_house_meets_the_limits_of_training(submission, sizes):
    mansion = pd.DataFrame({"GrLivArea": [9000.0], "LotArea": [500.0]})

    clipped = submission.run(lambda code: code.QuantileClip(0.05).fit(sizes).transform(mansion))

    assert clipped.to_dict("list") == {"GrLivArea": [95.0], "LotArea": [500.0]}, (
        "A house of 9,000 square feet should be pulled in to 95, the limit learned in training: "
        "does `transform` learn from the table it is given?"
    )


def test_gaps_are_neither_counted_nor_filled(submission, sizes):
    empty = sizes.assign(LotArea=math.nan)
    gap = pd.DataFrame({"GrLivArea": [math.nan, 50.0], "LotArea": [500.0, math.nan]})

    def limits_and_table(code):
        clip = code.QuantileClip(0.05).fit(empty)
        return (float(clip.lower_[1]), float(clip.upper_[1])), clip.transform(gap)

    limits, clipped = submission.run(limits_and_table)

    assert limits == (-math.inf, math.inf), (
        "Of a column that was empty in training nothing is known: its limits should be infinite, "
        "since NaN as a limit says nothing that other code can compute with"
    )
    assert clipped.isna().to_numpy().tolist() == [
        [True, False],
        [False, True],
    ], "A missing value is neither large nor small and stays missing: filling it is another step"


def test_columns_come_back_in_the_order_of_training(submission, sizes):
    turned = sizes[["LotArea", "GrLivArea"]]

    clipped = submission.run(lambda code: code.QuantileClip(0.05).fit(sizes).transform(turned))

    columns, largest = list(clipped.columns), clipped.max().tolist()
    assert (columns, largest) == (["GrLivArea", "LotArea"], [95, 950]), (
        "A table with its columns in another order was clipped with the limits of the wrong "
        "columns, or came back in that order: which order did `fit` see?"
    )


def test_a_quantile_that_leaves_nothing_is_refused(submission, sizes):
    submission.raises(ValueError, lambda code: code.QuantileClip(0.6).fit(sizes), match="0.6")
