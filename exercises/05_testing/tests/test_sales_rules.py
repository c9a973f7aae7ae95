"""Good deliveries are accepted, bad ones told by rule, and each bad table breaks one rule."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

COLUMNS = ["Id", "GrLivArea", "YearBuilt", "YrSold", "Neighborhood", "LotFrontage", "SalePrice"]
RULES = ["area", "columns", "gaps", "places", "shift", "twice", "years"]
MOST = 4  # deliveries that are named in one message


def answers_of(code, tables, known):
    """Return what the learner's `problems` says of each table, by its name."""
    said = {}
    for name, table in tables.items():
        try:
            said[name] = code.problems(table.copy(), known.copy())
        except Exception as error:  # pylint: disable=broad-except
            said[name] = f"{type(error).__name__}: {error}"
    return said


def wrongly_told(submission, tables, expected, known):
    """Return what the learner's `problems` should have told otherwise, in words."""
    said = submission.run(lambda code: answers_of(code, tables, known))
    wrong = [name for name in tables if said[name] != expected[name]]
    if wrong:  # the learner is shown one of them, and not the whole dict
        only = {wrong[0]: tables[wrong[0]]}
        submission.run(partial(answers_of, tables=only, known=known))
    told = [f"{name}: {said[name]}, and {expected[name]} is expected" for name in wrong]
    more = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
    return "; ".join([*told[:MOST], *more])


def judged(table, known):
    """Return the rules that a table breaks, or why it is no table that can be judged."""
    if not isinstance(table, pd.DataFrame):
        return f"{type(table).__name__}, no table"
    if len(table) < 100:
        return f"a table of {len(table)} rows; a delivery has at least a hundred"
    if not set(COLUMNS) <= set(table.columns):
        return ["columns"]
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


def with_gaps(table, known, more):
    """Return the table with a share of gaps in LotFrontage so much above that of the known."""
    share = known["LotFrontage"].isna().mean() + more
    return with_first(table.assign(LotFrontage=70.0), round(share * len(table)), LotFrontage=np.nan)


def with_median(table, known, share):
    """Return the table with a median of GrLivArea that is so many times the known one."""
    factor = share * known["GrLivArea"].median() / table["GrLivArea"].median()
    return table.assign(GrLivArea=factor * table["GrLivArea"])


@pytest.fixture
def good(table, known):
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
        "five sales of 300 in a new neighbourhood": with_first(table, 5, Neighborhood="Atlantis"),
        "a share of gaps 0.09 above the known one": with_gaps(table, known, 0.09),
        "a median area 14 % above the known one": with_median(table, known, 1.14),
        "a median area 14 % below the known one": with_median(table, known, 0.86),
        "every frontage known": table.assign(LotFrontage=table["LotFrontage"].fillna(70)),
        "fifteen mansions among 300 houses": with_first(table, 15, GrLivArea=9_500),
        "rows with one and the same index": table.set_axis([7] * len(table)),
    }


@pytest.fixture
def bad(table, known):
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
        "seven sales of 300 in a new neighbourhood": (
            "places",
            with_first(table, 7, Neighborhood="Atlantis"),
        ),
        "a share of gaps 0.11 above the known one": ("gaps", with_gaps(table, known, 0.11)),
        "a median area 16 % above the known one": ("shift", with_median(table, known, 1.16)),
        "a median area 16 % below the known one": ("shift", with_median(table, known, 0.84)),
    }


def test_good_deliveries_are_accepted(submission, good, known):
    wrong = wrongly_told(submission, good, {name: [] for name in good}, known)

    assert not wrong, f"These deliveries keep every rule, and came back otherwise: {wrong}"


def test_each_broken_rule_is_told(submission, bad, known):
    tables = {name: table for name, (_, table) in bad.items()}
    expected = {name: [rule] for name, (rule, _) in bad.items()}

    wrong = wrongly_told(submission, tables, expected, known)

    assert not wrong, f"These deliveries break one rule each, and came back otherwise: {wrong}"


def test_a_delivery_is_compared_with_the_sales_handed_in_with_it(submission, table, known):
    larger = known.assign(GrLivArea=1.5 * known["GrLivArea"])
    gaps = known["LotFrontage"].mask(np.arange(len(known)) % 2 == 0)
    other = known.assign(LotFrontage=gaps)
    pairs = [(table, larger), (with_gaps(table, other, 0.09), other)]

    by_area, by_gaps = submission.run(
        lambda code: [list(code.problems(new.copy(), old.copy())) for new, old in pairs]
    )

    assert by_area == ["shift"], (
        "Here the houses of the months before are half as large again, and those of the delivery "
        f"are not: ['shift'] is expected, and {by_area} came back. Is the median that of `known`?"
    )
    assert by_gaps == [], (
        "Here half of the frontages of the months before are missing, and in the delivery a share "
        f"0.09 above theirs: [] is expected, and {by_gaps} came back. Is the share that of `known`?"
    )


def test_all_broken_rules_are_told_in_order(submission, table, known):
    broken = with_first(table, 1, YearBuilt=2012, YrSold=2009, GrLivArea=17)
    broken = pd.concat([broken, broken.tail(1)])

    said = submission.run(partial(answers_of, tables={"three": broken}, known=known))["three"]

    assert said == ["area", "twice", "years"], (
        "This delivery has an area of 17, a sale twice and a house built after its sale: "
        f"['area', 'twice', 'years'] is expected, sorted, and {said} came back"
    )


def test_the_tables_that_are_judged_stay_as_they_were(submission, table, known):
    def changed(code):
        mixed = table.sample(frac=1, random_state=1)  # in no order that sorting would keep
        delivery, before = mixed.copy(), known.copy()
        code.problems(delivery, before)
        code.bad_tables(delivery)
        return not delivery.equals(mixed), not before.equals(known)

    assert submission.run(changed) == (
        False,
        False,
    ), "A table that was handed in came back changed: work on copies, as `assign` makes them"


def test_there_is_a_bad_table_for_each_rule(submission, table):
    names = submission.run(lambda code: sorted(code.bad_tables(table.copy())))

    assert names == RULES, f"`bad_tables` should have one table for each of {', '.join(RULES)}"


@pytest.mark.depends_on("test_there_is_a_bad_table_for_each_rule")
def test_each_bad_table_breaks_its_own_rule_and_no_other(submission, table, known):
    table = table.set_axis(range(500, 500 + len(table)))  # rows are not known by 0, 1, 2
    tables = submission.run(lambda code: dict(code.bad_tables(table.copy())))

    found = {rule: judged(tables[rule], known) for rule in RULES}
    wrong = "; ".join(
        f"the table for {rule!r}: {found[rule]}" for rule in RULES if found[rule] != [rule]
    )
    submission.run(lambda code: list(code.bad_tables(table.copy())))  # the learner is shown this
    assert (
        not wrong
    ), f"Each of your tables should break its own rule and no other. These break: {wrong}"
