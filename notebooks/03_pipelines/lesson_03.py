"""What the parts of lesson 03 share: the sales, the measure, the pipeline of part 1, and plots."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from regression_model.artefact import INPUT
from regression_model.features import ElapsedYears
from regression_model.simulation import NOISE_FLOOR, simulate_sales

SQUARE_METRE = 10.7639  # square feet
BLUE, ORANGE, GREY = "#2563eb", "#d97706", "#9aa5b1"


def split_sales() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 750 sales to learn from and 250 put away: those of part 1."""
    return train_test_split(simulate_sales(1000, seed=3), test_size=250, random_state=0)


def rmse_log(actual, predicted) -> float:
    """Return the root of the mean squared error of the log price."""
    return float(np.sqrt(np.mean((np.log(actual) - np.log(predicted)) ** 2)))


def four_features() -> Pipeline:
    """Return the pipeline of part 1, not fitted: four features, and a line through them."""
    log = FunctionTransformer(np.log, feature_names_out="one-to-one")
    numbers = ColumnTransformer(
        [
            ("area", log, ["GrLivArea"]),
            ("as they are", "passthrough", ["OverallQual", "YearBuilt"]),
            ("frontage", SimpleImputer(strategy="median"), ["LotFrontage"]),
        ]
    )
    line = TransformedTargetRegressor(LinearRegression(), func=np.log, inverse_func=np.exp)
    return Pipeline(
        [
            ("age", ElapsedYears(["YearBuilt"], reference="YrSold")),
            ("numbers", numbers),
            ("scale", StandardScaler()),
            ("regress", line),
        ]
    )


def through_onnx(exported: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """Return what a service does with an export: encoded rows, (n, n_features), to prices, (n,)."""
    session = onnxruntime.InferenceSession(exported)
    return lambda rows: np.exp(session.run(None, {INPUT: rows.astype(np.float32)})[0][:, 0])


def beside_the_baseline(result: dict) -> pd.DataFrame:
    """Return the figures of an evaluation, those of the baseline beside them, to be read.

    Dollars in hundreds: the last digits differ between processors.
    """
    figures = pd.DataFrame({"model": result, "baseline": result["baseline"]})
    figures.loc["rmse"] = figures.loc["rmse"].astype(float).round(-2)
    formats = {"rmse": "{:,.0f}", "rmse_log": "{:.3f}", "r2": "{:.3f}"}
    return pd.DataFrame(
        {name: figures.loc[name].map(form.format) for name, form in formats.items()}
    )


# plots ------------------------------------------------------------------------------------------


def show_promises(errors: pd.DataFrame) -> None:
    """Draw what was promised beside what was true: one row for each way, two columns."""
    axes = errors.plot.bar(rot=0, figsize=(8, 3), color=[GREY, BLUE], ylim=(0, 0.5))
    axes.set_ylabel("error of the log price")
    plt.show()


def show_skew(trained: np.ndarray, served: np.ndarray, gap: pd.Series) -> None:
    """Draw each price in the service over its price in training; `gap` marks a missing frontage."""
    _, axes = plt.subplots(figsize=(5, 4), layout="constrained")
    axes.axline((0, 0), slope=1, color=GREY, lw=1)
    axes.scatter(trained[~gap], served[~gap], s=8, color=BLUE, label="frontage known")
    axes.scatter(trained[gap], served[gap], s=8, color=ORANGE, label="frontage missing")
    axes.set(xlabel="price in training", ylabel="price in the service")
    axes.legend()
    plt.show()


def show_search(tried: pd.DataFrame) -> None:
    """Draw the candidates of a search: error over alpha, a colour for the fewest sales."""
    alpha = tried["param_regress__regressor__alpha"].astype(float)
    fewest = tried["param_numbers__place__min_frequency"].fillna(0).astype(float)
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    points = axes.scatter(alpha, -tried["mean_test_score"], c=fewest, cmap="viridis")
    figure.colorbar(points, label="fewest sales of a neighbourhood")
    axes.set(xscale="log", xlabel="alpha", ylabel="error in cross-validation")
    plt.show()


def show_report(errors: pd.Series) -> None:
    """Draw the errors of a report, and the noise that no model can explain."""
    _, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
    errors.iloc[::-1].plot.barh(ax=axes, color=BLUE)
    axes.axvline(NOISE_FLOOR, color="black", ls="--")
    axes.text(NOISE_FLOOR, len(errors) - 0.4, "noise floor", ha="center")
    axes.set(xlabel="error of the log price", ylim=(-0.5, len(errors)))
    plt.show()


# sources ----------------------------------------------------------------------------------------


def write_sources(folder: Path, rows: int = 1000) -> None:
    """Write what two offices know of the same sales: an agent's CSV, a county's database.

    The agent writes areas in square metres, and has sent one sale twice. The county keeps all that
    it knows of the lot, and names each by the same `Id`.
    """
    sales = simulate_sales(rows, seed=3)
    lot = ["LotFrontage", "LotArea", "Neighborhood"]
    agent = sales.drop(columns=lot).rename(columns={"GrLivArea": "living_area_m2"})
    agent["living_area_m2"] = (agent["living_area_m2"] / SQUARE_METRE).round(2)
    pd.concat([agent, agent.iloc[[17]]]).to_csv(folder / "agent.csv", index=False, na_rep="NA")
    with sqlite3.connect(folder / "county.db") as county:
        sales[["Id", *lot]].sample(frac=1, random_state=0).to_sql("lots", county, index=False)
    county.close()
