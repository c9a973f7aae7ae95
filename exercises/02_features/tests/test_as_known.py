"""Features of a day are the same on the whole table and on the table as it was on that day."""

import numpy as np
import pandas as pd
import pytest

LATER = {"sold_on": ["sold_on", "SalePrice"], "valued_on": ["valued_on", "valuation"]}
EVENINGS = pd.date_range("2008-01-31", periods=12, freq="ME")
MARCH = pd.Timestamp("2008-03-31")


def as_it_was(table, day):
    """Return the table as the offices had it in the evening of the day."""
    known = table[table["listed_on"] <= day].copy()
    for moment, columns in LATER.items():
        known.loc[~(known[moment] <= day), columns] = None
    return known


@pytest.fixture
def listings(table, random):
    """A hundred and eighty houses: listed, sold some months later, valued before or after."""
    houses = table.head(180)[["Id", "Neighborhood", "GrLivArea", "SalePrice"]]
    houses = houses.assign(
        Neighborhood=np.array(["NAmes", "OldTown", "Somerst"])[houses["Id"] % 3],
        SalePrice=houses["SalePrice"].astype(float),
    )
    start = pd.Timestamp("2007-10-01")
    houses["listed_on"] = start + pd.to_timedelta(random.integers(0, 480, 180), unit="D")
    sold, valued = random.integers(5, 150, 180), random.integers(-90, 240, 180)
    houses["sold_on"] = houses["listed_on"] + pd.to_timedelta(sold, unit="D")
    houses["valued_on"] = houses["listed_on"] + pd.to_timedelta(valued, unit="D")
    houses["valuation"] = houses["SalePrice"] * random.normal(1, 0.05, 180)
    return houses.sample(frac=1, random_state=7)


@pytest.fixture
def pencil():
    """Eight houses, of which four are on the market in the evening of 31 March 2008."""
    return pd.DataFrame(
        [
            (1, "NAmes", 1000, "2008-01-01", "2008-02-10", 100_000, "2008-01-05", 90_000),
            (2, "NAmes", 1100, "2008-01-01", "2008-03-31", 200_000, "2008-01-05", 90_000),
            (3, "NAmes", 1200, "2008-03-01", "2008-04-01", 600_000, "2008-04-01", 590_000),
            (4, "NAmes", 1400, "2008-03-31", None, None, "2008-03-31", 170_000),
            (5, "OldTown", 1500, "2008-02-29", None, None, None, None),
            (6, "OldTown", 5000, "2008-04-01", "2008-06-01", 900_000, "2008-02-01", 800_000),
            (8, "NAmes", 1300, "2008-01-02", "2008-03-05", 180_000, None, None),
            (7, "Somerst", 1600, "2008-03-30", "2008-05-01", 300_000, "2008-03-30", 310_000),
        ],
        columns=["Id", "Neighborhood", "GrLivArea", "listed_on", "sold_on", "SalePrice"]
        + ["valued_on", "valuation"],
    ).astype(dict.fromkeys(["listed_on", "sold_on", "valued_on"], "datetime64[ns]"))


def test_whole_table_and_table_of_the_day_give_the_same(submission, listings):
    cuts = [as_it_was(listings, day) for day in EVENINGS]

    def both(code):
        return [
            (code.features(listings.copy(), day), code.features(cut.copy(), day))
            for day, cut in zip(EVENINGS, cuts, strict=True)
        ]

    for day, (whole, known) in zip(EVENINGS, submission.run(both), strict=True):
        evening = f"In the evening of {day:%d %B %Y}"
        same_houses = sorted(whole.index) == sorted(known.index)
        assert same_houses, (
            f"{evening} the whole table gives {len(whole)} houses and the table as it was on that "
            f"day {len(known)}: something that happened later decides which houses come"
        )
        known = known.loc[whole.index]
        for name in whole:
            same = np.allclose(whole[name].astype(float), known[name].astype(float), equal_nan=True)
            assert same, (
                f"{evening} `{name}` is another one on the whole table than on the table as it was "
                "on that day: it knows something that happened later"
            )


def values(table, name):
    return [None if np.isnan(value) else round(float(value), 4) for value in table[name]]


def test_eight_houses_by_hand(submission, pencil):
    def evenings(code):
        given = pencil.copy()
        tables = [code.features(given, day) for day in (MARCH, pd.Timestamp("2008-01-31"))]
        return *tables, given

    march, january, left = submission.run(evenings)

    assert sorted(march.index) == [3, 4, 5, 7], (
        "On the market in the evening of 31 March are houses 3, 4, 5 and 7, by their `Id` in the "
        "index: listed by then (4 on that very day), and not sold (2 was, on that very day)"
    )
    assert sorted(march.columns) == [
        "area",
        "days",
        "place_mean",
        "relative_area",
        "valuation",
    ], "Five columns are wanted: `area`, `days`, `relative_area`, `place_mean`, `valuation`"
    march = march.sort_index()
    assert values(march, "area") == [
        1200,
        1400,
        1500,
        1600,
    ], "`area` is the living area in square feet, as it is"
    assert values(march, "days") == [30, 0, 31, 1], (
        "`days` counts from the day of listing to `as_of`: house 3, listed on 1 March, has been on "
        "the market for 30 days on 31 March, and house 4, listed on that day, for 0"
    )
    assert values(march, "relative_area") == [0.9231, 1.0769, 1.1538, 1.2308], (
        "`relative_area` is the area divided by the median area of all houses listed up to the "
        "day, sold ones too: of all houses but 6, which is 1300"
    )
    assert values(march, "place_mean") == [160_000, 160_000, None, None], (
        "`place_mean` is the mean price of the sales of the neighbourhood up to the day, those of "
        "the day included: in NAmes 160,000 (houses 1, 2 and 8); where there was none, it is missing"
    )
    assert values(march, "valuation") == [None, 170_000, None, 310_000], (
        "`valuation` is missing until its own day, `valued_on`: house 3 is valued on 1 April, "
        "after its sale; house 4 on 31 March, which is known in the evening of that day"
    )
    assert january["place_mean"].isna().tolist() == [True] * 3, (
        "On 31 January nothing had been sold, so `place_mean` is missing for the three houses on "
        "the market"
    )
    same = list(left.columns) == list(pencil.columns) and left.equals(pencil)
    assert same, "The table that was handed in came back changed: the next day starts from it"
