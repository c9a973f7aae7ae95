"""Calendar years become years elapsed, each house counted to its own sale."""

import math

import numpy as np
import pandas as pd
import pytest

YEARS = ["YearBuilt", "YearRemodAdd"]


def elapsed(code, columns=("YearBuilt",)):
    return code.ElapsedYears(list(columns), reference="YrSold")


@pytest.fixture
def pencil():
    """Three houses whose ages can be told with a pencil."""
    return pd.DataFrame(
        {"YearBuilt": [1990, 1950, 2007], "YearRemodAdd": [2000, 1950, 2007]}
        | {"YrSold": [2008, 2006, 2007], "LotArea": [9000, 8000, 7000]},
        index=[7, 8, 9],
    )


def test_fit_remembers_names_and_number_and_returns_the_transformer(submission, table):
    def fitted(code):
        transformer = elapsed(code)
        itself = transformer.fit(table) is transformer
        return itself, list(transformer.get_feature_names_out()), transformer.n_features_in_

    itself, names, number = submission.run(fitted)

    assert itself, "`fit` returns the transformer itself, so that a pipeline can go on with it"
    assert (names, number) == (list(table.columns), table.shape[1]), (
        "`fit` should remember the names of all columns in `feature_names_in_`, "
        "and how many they are in `n_features_in_`"
    )


def test_years_count_forward(submission, table):
    ages = submission.run(lambda code: elapsed(code).fit_transform(table))

    assert (ages["YearBuilt"] >= 0).all(), (
        "These houses were built before they were sold, so their ages are never negative: "
        "which year is subtracted from which?"
    )


def test_each_house_is_counted_to_its_own_sale(submission, pencil):
    ages = submission.run(lambda code: elapsed(code, YEARS).fit_transform(pencil))

    assert ages[YEARS].to_numpy().tolist() == [[18, 8], [56, 56], [0, 0]], (
        "Each house is counted to its own year of sale: "
        "the first was built in 1990, rebuilt in 2000 and sold in 2008"
    )


def test_a_house_gets_the_same_age_alone_and_in_a_table(submission, table):
    def together_and_alone(code):
        fitted = elapsed(code).fit(table)
        alone = [fitted.transform(table.iloc[[row]]) for row in range(9)]
        return fitted.transform(table.head(9)), pd.concat(alone)

    together, alone = submission.run(together_and_alone)

    assert together["YearBuilt"].tolist() == alone["YearBuilt"].tolist(), (
        "A house got another age when it came alone than in the table with the others: "
        "training sees tables and the service sees single rows, so that would be skew"
    )


def test_a_sale_of_a_later_year_is_counted_to_that_year(submission, pencil):
    later = pencil.assign(YrSold=2030)

    ages = submission.run(lambda code: elapsed(code).fit(pencil).transform(later))

    assert ages["YearBuilt"].tolist() == [40, 80, 23], (
        "Houses sold in 2030 should be counted to 2030: "
        "does something from `fit` stand in for the year of the sale?"
    )


def test_a_house_rebuilt_after_its_sale_has_a_negative_age(submission, pencil):
    rebuilt = pencil.assign(YearRemodAdd=[2010, 1950, 2009])

    ages = submission.run(lambda code: elapsed(code, YEARS).fit_transform(rebuilt))

    assert ages["YearRemodAdd"].tolist() == [-2, 56, -2], (
        "A house sold in 2008 and rebuilt in 2010 had -2 years behind it: keep the sign. "
        "An age of 2 or 0 would make it a house rebuilt before its sale"
    )


def test_all_rows_and_columns_are_kept_in_their_order(submission, table):
    sold = table.tail(100)

    ages = submission.run(lambda code: elapsed(code).fit_transform(sold))

    assert list(ages.columns) == list(
        sold.columns
    ), "Every column is kept, in its place: only the years in `columns` change what they hold"
    assert ages.index.equals(sold.index), (
        "The rows are not those of the table that came in, or have another index: "
        "who looks up a house by its label would find another one"
    )
    assert ages.drop(columns="YearBuilt").equals(
        sold.drop(columns="YearBuilt")
    ), "A column that was not asked for came back changed: the reference, too, stays as it is"


def test_the_table_that_is_handed_in_stays_as_it_was(submission, table):
    def table_after(code):
        given = table.copy()
        elapsed(code).fit_transform(given)
        return given

    assert submission.run(table_after).equals(table), (
        "The table that was handed in came back changed: "
        "the next step of the caller would count the years a second time. Return a new table"
    )


def test_a_missing_year_stays_missing(submission, pencil):
    gaps = pencil.assign(YearBuilt=[1990, math.nan, 2007])

    ages = submission.run(lambda code: elapsed(code).fit_transform(gaps))

    assert ages["YearBuilt"].isna().tolist() == [
        False,
        True,
        False,
    ], "A missing year stays missing: an age of 0 would say that the house is new"


def test_the_settings_stay_as_they_were_given(submission, table):
    settings = submission.run(lambda code: elapsed(code).fit(table).get_params())

    assert settings == {
        "columns": ["YearBuilt"],
        "reference": "YrSold",
    }, "The settings should be what was given: `fit` keeps what it learns under other names"


def test_a_text_for_columns_is_refused(submission, table):
    submission.raises(
        TypeError, lambda code: code.ElapsedYears("YearBuilt", reference="YrSold").fit(table)
    )
    submission.raises(
        TypeError,
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold")
        .set_params(columns="YearBuilt")
        .fit(table),
    )


def test_the_reference_among_the_columns_is_refused(submission, table):
    submission.raises(
        ValueError,
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold")
        .set_params(reference="YearBuilt")
        .fit(table),
    )


def test_a_table_without_the_reference_is_refused(submission, table):
    submission.raises(
        ValueError,
        lambda code: elapsed(code).fit(table.drop(columns="YrSold")),
        match="YrSold",
    )
    submission.raises(
        ValueError,
        lambda code: elapsed(code).fit(table).transform(table.drop(columns="YrSold")),
        match="YrSold",
    )


def test_transform_before_fit_is_refused(submission, table):
    submission.raises("NotFittedError", lambda code: elapsed(code).transform(table))


def test_onnx_gives_the_same_years(submission, table, through_onnx):
    numbers = table.drop(columns="Neighborhood")
    odd = [
        numbers.assign(YearRemodAdd=numbers["YrSold"] + 3),
        numbers.assign(YearBuilt=math.nan, YrSold=2030),
        numbers.head(1),
    ]

    ours, onnx = submission.run(lambda code: through_onnx(elapsed(code, YEARS), numbers, odd))

    for one, other in zip(ours, onnx, strict=True):
        same = one.shape == other.shape and np.allclose(one, other, rtol=1e-5, equal_nan=True)
        assert same, (
            "The service computes these years by ONNX, which subtracts the year from the reference "
            "and does no more; your `transform` gives others, so training would refuse the model. "
            "The rows are odd: a house rebuilt after its sale, a gap, one row alone"
        )
