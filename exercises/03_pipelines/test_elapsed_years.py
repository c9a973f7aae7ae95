"""Calendar years become years elapsed, each house counted from its own sale."""

import math

import pandas as pd

YEARS = ["YearBuilt", "YearRemodAdd"]


def test_years_count_forward(submission, sales):
    ages = submission.run(
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold").fit_transform(sales)
    )

    assert (
        ages["YearBuilt"] >= 0
    ).all(), "Years elapsed are never negative: which year is subtracted from which?"


def test_each_house_is_counted_from_its_own_sale(submission, sales):
    ages = submission.run(
        lambda code: code.ElapsedYears(YEARS, reference="YrSold").fit_transform(sales)
    )

    assert ages[YEARS].to_numpy().tolist() == [[18, 8], [56, 56], [0, 0]], (
        "Each house is counted to its own year of sale: "
        "the first was built in 1990, rebuilt in 2000 and sold in 2008"
    )


def test_a_house_gets_the_same_age_alone_and_in_a_table(submission, sales):
    def together_and_alone(code):
        elapsed = code.ElapsedYears(["YearBuilt"], reference="YrSold").fit(sales)
        alone = [elapsed.transform(sales.loc[[label]]) for label in sales.index]
        return elapsed.transform(sales), pd.concat(alone)

    together, alone = submission.run(together_and_alone)

    assert together["YearBuilt"].tolist() == alone["YearBuilt"].tolist(), (
        "A house got another age when it came alone than in the table with the others: "
        "training sees tables and the service sees single rows, so that would be skew"
    )


def test_a_sale_of_a_later_year_is_counted_to_that_year(submission, sales):
    later = sales.assign(YrSold=2030)

    ages = submission.run(
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold")
        .fit(sales)
        .transform(later)
    )

    assert ages["YearBuilt"].tolist() == [40, 80, 23], (
        "Houses sold in 2030 should be counted to 2030: "
        "does something from `fit` stand in for the year of the sale?"
    )


def test_all_columns_are_kept_in_their_order(submission, sales):
    ages = submission.run(
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold").fit_transform(sales)
    )

    assert list(ages.columns) == list(
        sales.columns
    ), "Every column is kept, in its place: only the years in `columns` change what they hold"
    assert ages.drop(columns="YearBuilt").equals(
        sales.drop(columns="YearBuilt")
    ), "A column that was not asked for came back changed: the reference, too, stays as it is"


def test_the_names_of_the_columns_can_be_asked_for(submission, sales):
    names = submission.run(
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold")
        .fit(sales)
        .get_feature_names_out()
        .tolist()
    )

    assert names == list(sales.columns), (
        "`get_feature_names_out` should name all columns: `fit` remembers them in "
        "`feature_names_in_`, and how many they are in `n_features_in_`"
    )


def test_the_callers_table_stays_as_it_was(submission, sales):
    def table_after(code):
        table = sales.copy()
        code.ElapsedYears(["YearBuilt"], reference="YrSold").fit_transform(table)
        return table

    assert submission.run(table_after).equals(sales), (
        "The table that was handed in came back changed: "
        "the next step of the caller would count the years a second time. Return a new table"
    )


def test_a_missing_year_stays_missing(submission, sales):
    gaps = sales.assign(YearBuilt=[1990, math.nan, 2007])

    ages = submission.run(
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold").fit_transform(gaps)
    )

    assert ages["YearBuilt"].isna().tolist() == [
        False,
        True,
        False,
    ], "A missing year stays missing: an age of 0 would say that the house is new"


def test_it_can_be_cloned_as_a_search_does(submission, sales):
    def settings_of_a_clone(code):
        from sklearn.base import clone  # pylint: disable=import-outside-toplevel

        elapsed = code.ElapsedYears(["YearBuilt"], reference="YrSold").fit(sales)
        return clone(elapsed).get_params()

    assert submission.run(settings_of_a_clone) == {
        "columns": ["YearBuilt"],
        "reference": "YrSold",
    }, "A copy should have the settings that were given: `fit` must not change them"


def test_a_table_without_the_reference_is_refused(submission, sales):
    submission.raises(
        ValueError,
        lambda code: code.ElapsedYears(["YearBuilt"], reference="YrSold").fit(
            sales.drop(columns="YrSold")
        ),
        match="YrSold",
    )
