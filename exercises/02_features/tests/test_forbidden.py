"""The forbidden column is found, renamed, recoded or by its proxy; honest columns are let through."""

import numpy as np
import pandas as pd
import pytest

SPELT = ["SalePrice", "sale_price", "SALE-PRICE", " Sale Price", "taxowed"]
NUMBERS = {"North Side": 7, "Old Town": 1, "Riverbank": 4}
LETTERS = {"North Side": "q", "Old Town": "r", "Riverbank": "a"}


@pytest.fixture
def houses(table):
    """Columns that may be used: two hundred sales."""
    kept = ["GrLivArea", "OverallQual", "YearBuilt", "LotFrontage", "KitchenQual"]
    return table.head(200)[kept]


@pytest.fixture
def forbidden(table, random):
    """The price, a tax that few pay, the part of the town, and the state, which is one for all."""
    owed = np.where(np.arange(300) % 5 == 0, random.uniform(5000, 90000, 300), 0)
    parts = np.array(list(NUMBERS))[random.integers(0, 3, 300)]
    price = table["SalePrice"] + np.arange(300) / 1000  # no two are equal
    hidden = pd.DataFrame({"SalePrice": price, "TaxOwed": owed, "District": parts})
    return hidden.head(200).assign(State="Iowa")


def refused(submission, zoo, forbidden):
    """Return what is refused of each table."""
    return submission.run(
        lambda code: [
            sorted(code.forbidden_columns(table.copy(), forbidden.copy())) for table in zoo
        ]
    )


def test_honest_columns_are_let_through(submission, houses, forbidden, random):
    river = np.where(forbidden["District"] == "Riverbank", "yes", "no")
    again = houses["GrLivArea"] + random.normal(0, 1, 200)
    honest = houses.assign(Id=range(200), always=1, empty=np.nan, AreaAgain=again)
    honest = honest.assign(Estate=random.permutation(200), TaxOwed2=random.permutation(200))
    few = forbidden["SalePrice"].where(np.arange(200) < 29)
    enough = forbidden["SalePrice"].where(np.arange(200) < 30)
    zoo = [honest, houses.assign(by_the_river=river), houses.assign(few=few, enough=enough)]

    all_honest, coarse, some = refused(submission, zoo, forbidden)

    assert all_honest == [], (
        "These columns may be used, and were refused: "
        f"{', '.join(all_honest)}. Columns that are honest follow the price, too (an area does, "
        "with a correlation of about 0.7); a column that never changes tells nothing; two features "
        "may be alike; `Estate` is another name than `State`, and `TaxOwed2` than `TaxOwed`; and an "
        "`Id` is another one in each row, as a price may be: labels are compared with those of forbidden *texts*"
    )
    assert coarse == [], (
        "`by_the_river` is the same for two districts: its labels do not stand one for one with "
        "the districts, so it is let through"
    )
    assert some == ["enough"], (
        "`few` is known in 29 rows together with the price, which is not enough to tell; `enough` "
        "in 30 rows, which is"
    )


def test_a_forbidden_name_is_refused_in_any_spelling(submission, houses, forbidden):
    zoo = [houses.assign(**{name: "gone"}) for name in SPELT]

    for name, given in zip(SPELT, refused(submission, zoo, forbidden), strict=True):
        assert given == [name], (
            f"A column `{name}` should be refused for its name, whatever is in it (and nothing "
            "else): capitals, blanks, hyphens and underscores make no other name"
        )


def test_copies_and_proxies_are_refused(submission, houses, forbidden, random):
    price, district = forbidden["SalePrice"], forbidden["District"]
    copies = houses.assign(target=price, quarter=district)
    some = random.random(200) < 0.6
    arrears = forbidden["TaxOwed"] + random.normal(0, 50, 200)
    zoo = [
        copies,
        houses.assign(euros=price * 0.9, discount=1e6 - price),
        houses.assign(index_2=np.exp(price / 40_000)),
        houses.assign(insured=price * random.normal(1, 0.02, 200), arrears=arrears),
        houses.assign(target=price.where(some), quarter=district.where(some)),
        houses.assign(zone=district.map(NUMBERS), mark=district.map(LETTERS)),
        copies.sample(frac=1, random_state=3),
    ]

    renamed, units, bent, proxies, gaps, recoded, shuffled = refused(submission, zoo, forbidden)

    assert renamed == ["quarter", "target"], (
        "`target` is the price and `quarter` the district, under other names: both should be "
        "refused"
    )
    assert units == ["discount", "euros"], (
        "`euros` is the price times 0.9, and `discount` a million less the price: a correlation "
        "of 1 or -1 gives the price away"
    )
    assert bent == ["index_2"], (
        "`index_2` grows with the price, on a curve: the usual correlation hardly sees that, "
        "the correlation of the ranks is 1"
    )
    assert proxies == ["arrears", "insured"], (
        "`insured` is the price but for some 2 %, and `arrears` the tax owed but for some 50 "
        "dollars: both have a correlation beyond 0.98. Four of five owe no tax, so that noise "
        "shuffles the ranks of `arrears`: the usual correlation sees it, that of the ranks does not"
    )
    assert gaps == ["quarter", "target"], (
        "Four of ten values were taken out of these copies, and what is left still gives all away: "
        "compare the rows in which both are known"
    )
    assert recoded == ["mark", "zone"], (
        "`zone` is 7, 1 or 4 and `mark` is q, r or a where the district is North Side, Old Town or "
        "Riverbank: labels that stand one for one are a copy, written as texts or as numbers"
    )
    middle = price.rank(pct=True).between(0.3, 0.7)
    unknown = forbidden.assign(SalePrice=price.mask(middle), District=district.where(some))
    apart = price.where(middle | (np.arange(200) < 20))  # in fewer than 30 rows both are known
    full = houses.assign(index_2=zoo[2]["index_2"], zone=zoo[5]["zone"], apart=apart)
    (hidden,) = refused(submission, [full], unknown)
    assert hidden == ["index_2", "zone"], (
        "Here the forbidden columns have gaps: `index_2` still follows every price that is known, "
        "and `zone` every district; `apart` is the price in 100 rows or so, and in fewer than 30 "
        "of these the price is known. First take the rows in which both are known, and then rank, "
        "count and compare what is left"
    )
    assert shuffled == ["quarter", "target"], (
        "The rows of the features come in another order than those of the forbidden columns: "
        "a row is known by its label in the index, not by its place"
    )


def test_both_tables_stay_as_they_were(submission, houses, forbidden):
    houses = houses.assign(empty=np.nan)

    def left(code):
        first, second = houses.copy(), forbidden.copy()
        code.forbidden_columns(first, second)
        return first, second

    first, second = submission.run(left)
    same = first.equals(houses) and second.equals(forbidden)
    assert same, "A table that was handed in came back changed: the model is trained on it next"
