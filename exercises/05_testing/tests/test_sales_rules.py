"""Good deliveries are accepted, bad ones told by rule, and each bad table breaks one rule."""

import numpy as np
import pandas as pd
import pytest

COLUMNS = ["Id", "GrLivArea", "YearBuilt", "YrSold", "Neighborhood", "LotFrontage", "SalePrice"]
RULES = ["area", "columns", "gaps", "places", "shift", "twice", "years"]


def told(submission, tables, known):
    """Return what the learner's `problems` says of each table, by its name."""

    def ask(code):
        said = {}
        for name, table in tables.items():
            try:
                said[name] = code.problems(table.copy(), known.copy())
            except Exception as error:  # pylint: disable=broad-except
                said[name] = f"{type(error).__name__}: {error}"
        return said

    return submission.run(ask)


def judged(table, known):
    """Return the rules that a table breaks, or why it is no table that can be judged."""
    if not isinstance(table, pd.DataFrame):
        return f"{type(table).__name__}, no table"
    if not set(COLUMNS) <= set(table.columns):
        return ["columns"]
    if len(table) < 100:
        return f"a table of {len(table)} rows; a delivery has at least a hundred"
    gaps = table["LotFrontage"].isna().mean() - known["LotFrontage"].isna().mean()
    shift = table["GrLivArea"].median() / known["GrLivArea"].median()
    area = table["GrLivArea"]
    broken = {
        "twice": table["Id"].nunique() < len(table),
        "area": len(area[(area >= 200) & (area <= 10_000)]) < len(table),
        "years": (table["YrSold"] < table["YearBuilt"]).any(),
        "places": (~table["Neighborhood"].isin(known["Neighborhood"])).mean() > 0.02,
        "gaps": gaps > 0.1,
        "shift": shift < 0.85 or shift > 1.15,
    }
    return sorted(rule for rule in broken if broken[rule])


def with_first(table, rows, **values):
    """Return the table with other values in its first rows."""
    first = np.arange(len(table)) < rows
    return table.assign(**{name: table[name].mask(first, value) for name, value in values.items()})


@pytest.fixture
def good(table):
    """Deliveries that keep every rule, some of them only just."""
    return {
        "an ordinary month": table,
        "columns in another order, and one more": table[COLUMNS[::-1]].assign(Agent="Smith"),
        "an area of 200 and one of 10,000": with_first(
            with_first(table, 2, GrLivArea=200), 1, GrLivArea=10_000
        ),
        "a house sold in the year in which it was built": with_first(
            table, 1, YearBuilt=2009, YrSold=2009
        ),
        "four sales of 300 in a new neighbourhood": with_first(table, 4, Neighborhood="Atlantis"),
        "a dozen frontages fewer than usual": with_first(table, 12, LotFrontage=np.nan),
        "every frontage known": table.assign(LotFrontage=table["LotFrontage"].fillna(70)),
        "fifteen mansions among 300 houses": with_first(table, 15, GrLivArea=9_500),
        "rows with one and the same index": table.set_axis([7] * len(table)),
    }


@pytest.fixture
def bad(table):
    """Deliveries that break one rule each."""
    again = table.head(1).assign(SalePrice=123_456)
    return {
        "no column LotFrontage": ("columns", table.drop(columns="LotFrontage")),
        "no column SalePrice": ("columns", table.drop(columns="SalePrice")),
        "a sale twice, at two prices": ("twice", pd.concat([table, again])),
        "an area of 199 square feet": ("area", with_first(table, 1, GrLivArea=199)),
        "an area of 10,001 square feet": ("area", with_first(table, 1, GrLivArea=10_001)),
        "an area that is missing": ("area", with_first(table, 1, GrLivArea=np.nan)),
        "a house built a year after its sale": (
            "years",
            with_first(table, 1, YearBuilt=2010, YrSold=2009),
        ),
        "nine sales of 300 in a new neighbourhood": (
            "places",
            with_first(table, 9, Neighborhood="Atlantis"),
        ),
        "a frontage missing in over half of the rows": (
            "gaps",
            with_first(table, 160, LotFrontage=np.nan),
        ),
        "houses a quarter larger": ("shift", table.assign(GrLivArea=1.25 * table["GrLivArea"])),
        "houses a quarter smaller": ("shift", table.assign(GrLivArea=0.75 * table["GrLivArea"])),
    }


def test_good_deliveries_are_accepted(submission, good, known):
    said = told(submission, good, known)

    refused = [f"  - {name}: {said[name]}" for name in good if said[name] != []]
    assert not refused, "\n".join(
        ["These deliveries keep every rule, so `[]` is expected, and came back:", *refused]
    )


def test_each_broken_rule_is_told(submission, bad, known):
    said = told(submission, {name: table for name, (_, table) in bad.items()}, known)

    wrong = [
        f"  - {name}: {said[name]}, and {[rule]} is expected"
        for name, (rule, _) in bad.items()
        if said[name] != [rule]
    ]
    assert not wrong, "\n".join(["These deliveries break one rule each, and came back:", *wrong])


def test_all_broken_rules_are_told_in_order(submission, table, known):
    broken = with_first(table, 1, YearBuilt=2012, YrSold=2009, GrLivArea=17)
    broken = pd.concat([broken, broken.tail(1)])

    said = told(submission, {"three": broken}, known)["three"]

    assert said == ["area", "twice", "years"], (
        "This delivery has an area of 17, a sale twice and a house built after its sale: "
        f"['area', 'twice', 'years'] is expected, sorted, and {said} came back"
    )


def test_the_tables_that_are_judged_stay_as_they_were(submission, table, known):
    def changed(code):
        delivery, before = table.copy(), known.copy()
        code.problems(delivery, before)
        code.bad_tables(delivery)
        return not delivery.equals(table), not before.equals(known)

    assert submission.run(changed) == (
        False,
        False,
    ), "A table that was handed in came back changed: work on copies, as `assign` makes them"


def test_there_is_a_bad_table_for_each_rule(submission, table):
    names = submission.run(lambda code: sorted(code.bad_tables(table.copy())))

    assert names == RULES, f"`bad_tables` should have one table for each of {', '.join(RULES)}"


@pytest.mark.depends_on("test_there_is_a_bad_table_for_each_rule")
def test_each_bad_table_breaks_its_own_rule_and_no_other(submission, table, known):
    tables = submission.run(lambda code: dict(code.bad_tables(table.copy())))

    wrong = [
        f"  - the table for {rule!r}: {judged(tables[rule], known)}"
        for rule in RULES
        if judged(tables[rule], known) != [rule]
    ]
    assert not wrong, "\n".join(
        ["Each of your tables should break its own rule and no other. These break:", *wrong]
    )
