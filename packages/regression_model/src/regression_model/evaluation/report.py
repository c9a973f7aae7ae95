"""What training leaves for people: the evaluation as text, as data, and as a picture."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

TEMPLATE = Path(__file__).with_name("report.md")
REPORTS = ("report.md", "report.json", "report.png")
NAMES = {
    "rmse": "error in dollars (RMSE)",
    "rmse_log": "error of log price (RMSE)",
    "r2": "share of the spread explained (R²)",
}

MODEL, BASELINE = "#2a6f97", "#adb5bd"


def write_report(
    directory: Path, result: dict[str, Any], prices: np.ndarray, predicted: np.ndarray
) -> None:
    """Write `report.md`, `report.json` and `report.png`.

    Parameters
    ----------
    directory : Path
        Where to.
    result : dict
        As `regression_model.evaluation.cross_validate` gives it.
    prices, predicted : ndarray of float, shape (n_rows,)
        Dollars.
    """
    text = json.dumps(result, indent=2, allow_nan=False)
    (directory / "report.json").write_text(text + "\n", encoding="utf-8")
    (directory / "report.md").write_text(markdown(result), encoding="utf-8")
    plot(result, prices, predicted).savefig(directory / "report.png")


def markdown(result: dict[str, Any]) -> str:
    """Set the model beside the mean predictor, and list the folds.

    Parameters
    ----------
    result : dict
        As `regression_model.evaluation.cross_validate` gives it.

    Returns
    -------
    str
        A document in Markdown.
    """
    rows = [
        f"| {name} | {_figure(key, result[key])} | {_figure(key, result['baseline'][key])} |"
        for key, name in NAMES.items()
    ]
    folds = [
        f"| {number} | {fold['rows']} | {_figure('rmse', fold['rmse'])} "
        f"| {_figure('rmse_log', fold['rmse_log'])} | {_figure('r2', fold['r2'])} |"
        for number, fold in enumerate(result["folds"], start=1)
    ]
    aside = result.get("set_aside", 0)
    told = f"\n{aside} sales broke a rule and were [set aside](set_aside.csv).\n" if aside else ""
    text = TEMPLATE.read_text(encoding="utf-8")
    return text.format(
        rows=result["rows"],
        set_aside=told,
        figures="\n".join(rows),
        folds="\n".join(folds),
        count=len(folds),
    )


def plot(result: dict[str, Any], prices: np.ndarray, predicted: np.ndarray) -> Figure:
    """Draw predicted against actual prices, and the error beside that of the mean predictor.

    Parameters
    ----------
    result : dict
        As `regression_model.evaluation.cross_validate` gives it.
    prices, predicted : ndarray of float, shape (n_rows,)
        Dollars.

    Returns
    -------
    Figure
        Not known to pyplot: drawing leaves nothing behind in the process.
    """
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=[3, 2])
    _draw_prices(left, prices / 1000, predicted / 1000)
    _draw_errors(right, result)
    return figure


def _draw_prices(axes: Axes, prices: np.ndarray, predicted: np.ndarray) -> None:
    ends = [min(prices.min(), predicted.min()), max(prices.max(), predicted.max())]
    axes.plot(ends, ends, color=BASELINE, zorder=1)
    axes.scatter(prices, predicted, s=8, alpha=0.4, color=MODEL, linewidths=0)
    axes.set(xscale="log", yscale="log", title="Each dot is a house")
    axes.set(xlabel="price, thousands of dollars", ylabel="predicted by a model that never saw it")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axis.set_minor_formatter(lambda value, _: "")


def _draw_errors(axes: Axes, result: dict[str, Any]) -> None:
    errors = [result["rmse_log"], result["baseline"]["rmse_log"]]
    bars = axes.bar(["model", "mean of the sales"], errors, color=[MODEL, BASELINE], width=0.6)
    axes.bar_label(bars, fmt="%.3f", padding=2)
    folds = [fold["rmse_log"] for fold in result["folds"]]
    axes.scatter(np.zeros(len(folds)), folds, s=12, color="black", zorder=3, label="one fold")
    axes.set(title="Error of log price (RMSE)", ylim=(0, 1.15 * max([*errors, *folds])))
    axes.legend(frameon=False)


def _figure(key: str, value: float) -> str:
    return f"{value:,.0f}" if key == "rmse" else f"{value:.4f}"
