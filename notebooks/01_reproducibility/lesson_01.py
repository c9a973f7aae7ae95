"""What the parts of lesson 01 use and need not show: plots, a small network, a repository."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

COLUMNS = ["OverallQual", "GrLivArea", "YearBuilt", "TotalBsmtSF", "GarageArea"]


def show_prices(prices: Mapping[str, Sequence[float]], title: str) -> None:
    """Draw each price as a dot: a row for each name, dollars from left to right."""
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.45 * len(prices)), layout="constrained")
    for position, values in enumerate(prices.values()):
        axes.scatter(values, [position] * len(values), s=70, alpha=0.45, color="#2563eb")
    axes.set(yticks=range(len(prices)), yticklabels=prices, xlabel="dollars", title=title)
    axes.set_ylim(len(prices) - 0.4, -0.6)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    plt.show(figure)


def show_kept(kept: pd.DataFrame, title: str) -> None:
    """Draw which columns each run kept; `kept` is True or False, of shape (columns, runs)."""
    ordered = kept.loc[kept.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    axes.imshow(ordered, cmap="Blues", aspect="auto", vmin=0, vmax=1.3)
    axes.set(yticks=range(len(ordered)), yticklabels=ordered.index, title=title)
    axes.set(xlabel="run", xticks=range(ordered.shape[1]), xticklabels=ordered.columns)
    plt.show(figure)


class PriceNetwork:
    """A network of one hidden layer that learns the logarithm of prices.

    Each of its three sources of chance has a seed of its own, so that one can be left free while
    the others are held.

    Parameters
    ----------
    initialisation : int
        Draws the first weights.
    mini_batches : int
        Shuffles the sales of each round.
    dropout : int
        Draws which fifth of the units is switched off in each step.
    """

    def __init__(self, initialisation: int = 0, mini_batches: int = 0, dropout: int = 0):
        self.seeds = (initialisation, mini_batches, dropout)

    def fit(self, sales: pd.DataFrame, units: int = 16, rounds: int = 15) -> "PriceNetwork":
        """Learn from sales, of shape (rows, columns)."""
        weights, batches, drops = map(np.random.default_rng, self.seeds)
        table, log_prices = sales[COLUMNS].fillna(0), np.log(sales["SalePrice"].to_numpy())
        self.centre_, self.spread_ = table.mean(), table.std()
        self.mean_, self.scale_ = log_prices.mean(), log_prices.std()
        x, y = self.standardise(sales), (log_prices - self.mean_) / self.scale_
        self.hidden_ = weights.normal(0, 0.3, (x.shape[1], units))
        self.output_ = weights.normal(0, 0.3, units)
        for _ in range(rounds):
            for rows in np.array_split(batches.permutation(len(x)), 40):
                self._step(x[rows], y[rows], (drops.random(units) > 0.2) / 0.8)
        return self

    def _step(self, x: np.ndarray, y: np.ndarray, on: np.ndarray, rate: float = 0.05) -> None:
        active = np.maximum(x @ self.hidden_, 0) * on  # (rows, units)
        error = (active @ self.output_ - y) / len(y)  # (rows,)
        slope = np.outer(error, self.output_) * (active > 0) * on
        self.output_ = self.output_ - rate * active.T @ error
        self.hidden_ = self.hidden_ - rate * x.T @ slope

    def standardise(self, houses: pd.DataFrame) -> np.ndarray:
        """Return the columns less their mean in training, over their spread in training."""
        return ((houses[COLUMNS].fillna(0) - self.centre_) / self.spread_).to_numpy()

    def predict(
        self,
        houses: pd.DataFrame,
        *,
        inputs: np.ndarray | None = None,
        dropout: np.random.Generator | None = None,
    ) -> np.ndarray:
        """Return prices in dollars, of shape (rows,).

        Parameters
        ----------
        inputs : ndarray of shape (rows, columns), optional
            Standardised columns, where the network's own means are not to be used.
        dropout : Generator, optional
            Switches units off, as if this were training.
        """
        x = self.standardise(houses) if inputs is None else inputs
        active = np.maximum(x @ self.hidden_, 0)
        if dropout is not None:
            active = active * (dropout.random(len(self.output_)) > 0.2) / 0.8
        return np.exp(self.mean_ + self.scale_ * (active @ self.output_))


def git(*arguments: str, folder: Path) -> str:
    """Run git in a folder, as somebody whose name is in no setting; return what it prints."""
    settings = ("user.name=learner", "user.email=learner@example.org", "commit.gpgsign=false")
    command = ["git", *(part for setting in settings for part in ("-c", setting)), *arguments]
    return subprocess.check_output(command, cwd=folder, text=True, stderr=subprocess.DEVNULL)


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts" if os.name == "nt" else "bin") / "python"


class _QuietHandler(WSGIRequestHandler):
    def log(self, type, message, *args):  # pylint: disable=redefined-builtin  # werkzeug's name
        """Say nothing: a line for each request would stand in the page."""


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """Serve an application on a free port of this machine while the block runs; yield the port."""
    server = make_server("127.0.0.1", 0, app, request_handler=_QuietHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.port
    finally:
        server.shutdown()
        server.server_close()


def outcome_of(tests: str, model: str) -> str:
    """Run tests with pytest on a module `model`, both given as text; return "1 passed" or so."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.py").write_text(model, encoding="utf-8")
        Path(folder, "test_model.py").write_text(tests, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--rootdir=.",
            "--color=no",
            "-p",
            "no:cacheprovider",
        ]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout.splitlines()[-1].partition(" in ")[0]
