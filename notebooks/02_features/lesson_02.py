"""What the parts of lesson 02 share: sales, a measure, dated records, the service, plots."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from flask.testing import FlaskClient
from sklearn.model_selection import KFold, cross_val_score, train_test_split

from ml_api.app import create_app
from ml_api.settings import Settings
from ml_api.validation.rows import SchemaCheck
from regression_model import training
from regression_model.pipeline import load_config
from regression_model.schema import HOUSES, FeatureSchema
from regression_model.simulation import simulate_sales

BLUE, ORANGE, GREY = "#2563eb", "#d97706", "#9aa5b1"


def split_sales(rows: int = 1000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return three quarters of the sales to learn from, and a quarter put away."""
    return train_test_split(simulate_sales(rows, seed=38), test_size=0.25, random_state=0)


def error_of(model, table: pd.DataFrame, log_price: pd.Series) -> float:
    """Return the error of the log price in cross-validation."""
    folds = KFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(model, table, log_price, cv=folds, scoring="neg_mean_squared_error")
    return float(np.sqrt(-scores.mean()))


def dated_records(rows: int = 1500) -> pd.DataFrame:
    """Return sales with days: listed, sold some months later, valued by the county at any time."""
    sales = simulate_sales(rows, seed=8)
    random = np.random.default_rng(8)
    kept = ["Id", "Neighborhood", "GrLivArea", "OverallQual", "YearBuilt"]
    records = sales[kept].assign(SalePrice=sales["SalePrice"].astype(float))
    days = pd.to_timedelta(random.integers(0, 900, rows), unit="D")
    records["listed_on"] = pd.Timestamp("2007-01-01") + days
    records["sold_on"] = records["listed_on"] + _days(random.integers(5, 150, rows))
    records["valued_on"] = records["listed_on"] + _days(random.integers(-200, 400, rows))
    before = records["SalePrice"] * random.normal(1, 0.25, rows)
    after = records["SalePrice"] * random.normal(1, 0.03, rows)
    late = records["valued_on"] > records["sold_on"]
    records["valuation"] = before.where(~late, after).round(-3)
    return records


def _days(numbers: np.ndarray) -> pd.TimedeltaIndex:
    return pd.to_timedelta(numbers, unit="D")


def as_it_was(records: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the records as the offices had them in the evening of a day."""
    known = records[records["listed_on"] <= day].copy()
    for moment, value in (("sold_on", "SalePrice"), ("valued_on", "valuation")):
        known.loc[~(known[moment] <= day), [moment, value]] = None
    return known


def checker(names: list[str]) -> Callable[[bytes], object]:
    """Return the check that `ml_api` makes of a body, by a schema of these features only."""
    schema = FeatureSchema(tuple(feature for feature in HOUSES if feature.name in names))
    check, model = SchemaCheck(most_rows=5000), SimpleNamespace(schema=schema)
    return lambda body: check.check_body(body, model)


@contextmanager
def small_service(sales: pd.DataFrame) -> Iterator[FlaskClient]:
    """Hand out a client of the service, with a model trained in test mode; nothing is kept."""
    with TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        training.train(sales, load_config("default"), directory=model, quick=True)
        app = create_app(Settings(model=model, store=None))
        logging.disable(logging.INFO)  # a line for each request is not what is shown
        yield app.test_client()


def as_rows(sales: pd.DataFrame) -> list[dict]:
    """Return houses as a client sends them: without `Id` and price, a gap as None."""
    houses = sales.drop(columns=["Id", "SalePrice"])
    return json.loads(houses.to_json(orient="records"))


def shortest(call: Callable[[], object], rounds: int = 7) -> float:
    """Return the shortest time that a call takes, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


# plots ------------------------------------------------------------------------------------------


def show_missing(shares: pd.Series, means_none: list[str]) -> None:
    """Draw the share of empty cells of each column; a colour for what an empty cell means."""
    _, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    colours = [ORANGE if name in means_none else BLUE for name in shares.index]
    axes.barh(shares.index, shares, color=colours)
    axes.set(xlabel="share of empty cells (orange: the house has none; blue: nobody knows)")
    axes.tick_params(axis="y", labelsize=8)
    plt.show()


def show_labels(counts: pd.Series, fewest: int) -> None:
    """Draw how many sales each label has, and the line below which it is rare."""
    axes = counts.plot.bar(figsize=(8, 2.8), color=np.where(counts < fewest, ORANGE, BLUE))
    axes.axhline(fewest, color="black", ls="--", lw=1)
    axes.set(ylabel="sales", xlabel="")
    axes.tick_params(axis="x", labelsize=7)
    plt.show()


def show_skew(values: pd.Series) -> None:
    """Draw the distribution of a size, and of its logarithm."""
    _, (left, right) = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
    left.hist(values, bins=40, color=BLUE)
    right.hist(np.log1p(values), bins=40, color=BLUE)
    left.set(xlabel=f"{values.name}, square feet", ylabel="houses")
    right.set(xlabel="logarithm")
    plt.show()


def show_lines(area: pd.Series, price: pd.Series, lines: dict[str, np.ndarray]) -> None:
    """Draw prices over areas, and what lines say of them."""
    _, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
    axes.scatter(area, price, s=8, color=GREY)
    order = np.argsort(area.to_numpy())
    for colour, (name, told) in zip((ORANGE, BLUE), lines.items(), strict=False):
        axes.plot(area.to_numpy()[order], told[order], color=colour, label=name)
    axes.set(xlabel="living area, square feet", ylabel="log price")
    axes.legend()
    plt.show()


def show_path(alphas: np.ndarray, coefficients: np.ndarray, noise: np.ndarray) -> None:
    """Draw the coefficients of a lasso over its strength; noise in orange."""
    _, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
    for values, planted in zip(coefficients, noise, strict=True):
        axes.plot(alphas, values, color=ORANGE if planted else BLUE, lw=1.8 if planted else 1)
    axes.set(xscale="log", xlabel="alpha (strong on the right)", ylabel="coefficient")
    axes.set_title("blue: columns of the sales, orange: planted noise", fontsize=9)
    plt.show()


def show_stability(stability: pd.Series, threshold: float, noise: list[str]) -> None:
    """Draw in which share of resamples each column was kept."""
    _, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    colours = [ORANGE if name in noise else BLUE for name in stability.index]
    axes.barh(stability.index, stability, color=colours)
    axes.axvline(threshold, color="black", ls="--", lw=1)
    axes.set(xlabel="share of resamples in which the lasso keeps it")
    plt.show()
