"""Twelve changes, each concerns few houses: does the policy see them on the rows chosen?"""

import numpy as np
import pandas as pd
import pytest

from regression_model import Capture, Policy, compare_captures
from regression_model.simulation import simulate_sales

COLUMNS = [
    *["MSZoning", "LotFrontage", "LotArea", "Neighborhood", "BldgType", "HouseStyle"],
    *["OverallQual", "YearBuilt", "RoofMatl", "Exterior1st", "Foundation", "BsmtQual"],
    *["GrLivArea", "TotalBsmtSF", "Heating", "Functional", "GarageType", "GarageYrBlt"],
    *["PoolArea", "KitchenQual", "SaleType", "Electrical", "MasVnrArea"],
]
LACKING = ["GrLivArea", "OverallQual", "YearBuilt"]
MANY, FEW = 200, 80


@pytest.fixture(scope="module")
def houses(seed):
    """Five thousand houses; a few lack what hardly any house lacks."""
    table = simulate_sales(5000, seed=seed)[COLUMNS].astype(dict.fromkeys(LACKING, float))
    places = np.random.default_rng(seed).choice(len(table), (3, 2), replace=False)
    for name, rows in zip(LACKING, places):
        table.loc[rows, name] = np.nan
    # positions are asked for, so that labels must not look like them
    table.index = np.random.default_rng(seed).permutation(len(table)) + len(table)
    return table


@pytest.fixture(scope="module")
def changes(houses, seed):
    """Twelve changes by name: a mask of the houses that each concerns."""
    draw = np.random.default_rng(seed)
    text = [name for name in COLUMNS if not pd.api.types.is_numeric_dtype(houses[name])]
    counts = {name: houses[name].value_counts() for name in text}
    rare = [(name, label) for name in text for label, n in counts[name].items() if n < 30]
    common = [(name, label) for name in text for label, n in counts[name].items() if n > 500]
    areas = ["LotArea", "GrLivArea", "TotalBsmtSF", "LotFrontage"]
    found = {}
    for name, label in [*draw.permutation(rare)[:4], *draw.permutation(common)[:1]]:
        found[f"houses whose {name} is {label}"] = houses[name] == label
    for name in LACKING:
        found[f"houses without {name}"] = houses[name].isna()
    for name in draw.permutation(areas)[:2]:
        found[f"the largest {name}"] = houses[name] == houses[name].max()
    for name in draw.permutation(["LotArea", "GrLivArea", "YearBuilt", "LotFrontage"])[:2]:
        found[f"the smallest {name}"] = houses[name] == houses[name].min()
    return {name: mask.to_numpy(dtype=bool) for name, mask in found.items()}


@pytest.fixture
def chosen(submission, once, houses):
    """The rows chosen when 200 are allowed, once more, and when 80 are; and of a small table."""

    def task(code):
        before = houses.copy()
        given = [code.choose_rows(houses, MANY), code.choose_rows(houses, MANY)]
        given += [code.choose_rows(houses, FEW), code.choose_rows(houses.head(3), 2)]
        return [
            [each.item() if hasattr(each, "item") else each for each in rows] for rows in given
        ], (before.equals(houses))

    return once(lambda: submission.run(task))


def unseen(rows, changes):
    """Return the changes that a comparison of these rows does not see."""
    generator = np.random.default_rng(0)
    missed = []
    for name, concerned in changes.items():
        old = generator.uniform(50_000, 500_000, len(concerned))
        new = np.where(concerned, old * 1.1, old)
        captures = [
            Capture(version, "the same", tuple(prices[rows].tolist()))
            for version, prices in (("1", old), ("2", new))
        ]
        if compare_captures(*captures, Policy(0.05)).agrees:
            missed.append(f"{name} ({concerned.sum()} of {len(concerned):,})")
    return missed


def test_rows_are_positions_each_once_and_few_enough(chosen, houses):
    given, untouched = chosen
    for rows, count, size in zip(given, (MANY, MANY, FEW, 2), (len(houses),) * 3 + (3,)):
        assert all(
            isinstance(row, int) and not isinstance(row, bool) for row in rows
        ), f"Positions are whole numbers, counted from 0: {rows[:5]} came back."
        assert len(rows) <= count, f"{count} rows are allowed at most: {len(rows)} came back."
        assert len(set(rows)) == len(
            rows
        ), "A row is in the list twice: it costs twice, and says no more."
        assert all(
            0 <= row < size for row in rows
        ), f"The table has {size} rows, numbered from 0, and {max(rows)} or {min(rows)} came back."
    assert untouched, "The table of houses came back changed."


def test_the_same_table_gives_the_same_rows(chosen):
    first, again = chosen[0][:2]

    assert first == again, (
        "The same table gave other rows the second time: a capture of other rows is stale at once, "
        "and a difference could not be looked at again."
    )


@pytest.mark.depends_on("test_rows_are_positions_each_once_and_few_enough")
def test_the_policy_sees_all_twelve_changes(submission, chosen, changes):
    missed = unseen(chosen[0][0], changes)

    assert not missed, (
        f"On your rows the policy sees {len(changes) - len(missed)} of {len(changes)} changes. Not "
        "a house of yours is among\n  - " + "\n  - ".join(missed)
    )
    if left := unseen(chosen[0][2], changes):
        submission.award(1, f"With 80 rows allowed, one change is not seen: {left[0]}.")
