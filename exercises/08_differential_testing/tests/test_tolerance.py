"""Twelve changes to a small model: what does it cost to ship them, or to hold them up?"""

import numpy as np
import pytest

from course.grading.formats import Case
from regression_model.simulation import simulate_sales

ROWS = 2000


class Town:
    """Two thousand simulated houses, and a model whose log price is a sum."""

    def __init__(self, seed):
        self.draw = np.random.default_rng(seed)
        sales = simulate_sales(ROWS, seed=seed)
        self.area = sales["GrLivArea"].to_numpy(float)
        self.quality = sales["OverallQual"].to_numpy(float)
        self.age = (sales["YrSold"] - sales["YearBuilt"]).to_numpy(float)
        self.places = sales["Neighborhood"].to_numpy(dtype=str)
        names, self.place = np.unique(self.places, return_inverse=True)
        self.counts = np.bincount(self.place)
        self.effect = self.draw.uniform(-0.12, 0.12, len(names))
        # houses that no model prices, before and after
        self.refused = self.draw.choice(ROWS, 10, replace=False)
        self.before = self.prices()

    def prices(self, dtype=np.float64, **instead):
        """Price the houses, with some of the features or weights replaced."""
        given = {
            name: instead.get(name, getattr(self, name)) for name in ("area", "quality", "age")
        }
        area, quality, age = (np.asarray(each, dtype) for each in given.values())
        effect = np.asarray(instead.get("effect", self.effect), dtype)
        log = dtype(10.6) + dtype(0.55) * np.log(area / dtype(1000)) + dtype(0.11) * quality
        prices = np.exp(log - dtype(0.004) * age + effect[self.place]).astype(float)
        prices[self.refused] = np.nan
        return prices

    def level(self, after):
        """Return prices brought back to the old level: their mean change is none."""
        return after / np.nanmean(after / self.before)

    def one_place(self):
        """Return the houses of one neighbourhood: not the largest, and not a handful."""
        fit = np.flatnonzero((self.counts >= 35) & (self.counts <= 90))
        return self.place == self.draw.choice(fit)

    def neighbours(self, count):
        """Draw pairs of houses of the same neighbourhood, of which one costs 12 to 30 % more."""
        order = np.lexsort([self.before, self.place])  # by neighbourhood, then by price
        free, pairs = set(order.tolist()) - set(self.refused.tolist()), []
        for at in self.draw.permutation(ROWS - 12):
            one, other = order[at], order[at + self.draw.integers(4, 12)]
            ratio = self.before[other] / self.before[one]
            if {one, other} <= free and self.place[one] == self.place[other] and 1.12 < ratio < 1.3:
                free -= {one, other}
                pairs.append((one, other))
        return pairs[:count]

    def some(self, count, among=None):
        """Draw houses that are priced."""
        rows = np.arange(ROWS) if among is None else np.flatnonzero(among)
        return self.draw.choice(np.setdiff1d(rows, self.refused), count, replace=False)


def changes(town):
    """Yield each change: name, prices after it, and what shipping and holding it up cost."""
    before, rows = town.before, np.arange(ROWS)
    yield "skew in one neighbourhood", np.where(town.one_place(), before * 0.96, before), 6000, 0
    metric = np.isin(rows, town.some(20))
    square_metres = np.where(metric, town.area / 10.7639, town.area)
    yield "one client sends square metres", town.prices(area=square_metres), 20_000, 0
    flat = town.prices(quality=np.full(ROWS, town.quality.mean()))
    yield "the quality is no longer looked at", town.level(flat), 30_000, 0
    shifted = town.prices(effect=np.roll(town.effect, 1))
    yield "an encoder of last year", town.level(shifted), 25_000, 0
    yield "every age counted to another year", town.prices(age=town.age + 4), 9000, 0
    lost = before.copy()
    lost[town.some(12)] = np.nan
    yield "twelve houses get no price any more", lost, 5000, 0
    swapped = before.copy()
    for one, other in town.neighbours(100):
        swapped[[one, other]] = before[[other, one]]
    yield "two hundred prices in another order", swapped, 15_000, 0
    yield "computed in float32", town.prices(np.float32), 0, 900
    yield "a refactoring that changes nothing", before.copy(), 0, 900
    yield "prices in whole hundreds, as agreed", before.round(-2), 0, 1200
    noise = np.where(town.draw.random(ROWS) < 0.04, 0.04, 0.014) * town.draw.standard_normal(ROWS)
    noise = np.clip(noise, -0.09, 0.09)
    yield "trained on more sales: a better model", before * (1 + noise - noise.mean()), 0, 5000
    corrected = before.copy()
    corrected[town.some(3, town.place == np.argmax(town.counts))] *= 0.75
    yield "three outliers corrected, as agreed", corrected, 0, 3000


@pytest.fixture(scope="module")
def cases(seed):
    """The twelve, with new houses and a new model for each seed."""
    town = Town(seed)
    return [
        Case(name, (town.before.copy(), after, town.places), {"ship": ship, "hold": hold})
        for name, after, ship, hold in changes(town)
    ]


def test_changes_are_shipped_and_held_at_little_cost(submission, cases):
    steps = {0: 3, 2200: 2, 4500: 1}
    submission.policy(lambda code, change: code.decide(*change), cases, steps)
