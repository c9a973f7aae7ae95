"""What the parts of lesson 08 share: small models, changes to prices, the service, and plots."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from regression_model import Model, load_model, training
from regression_model.pipeline import load_config
from regression_model.simulation import simulate_sales

BLUE, ORANGE, GREY = "#2563eb", "#d97706", "#9aa5b1"
HOUSE = {
    "OverallQual": 7,
    "GrLivArea": 1710,
    "YearBuilt": 2003,
    "YrSold": 2008,
    "Neighborhood": "CollgCr",
}


def scratch_folder() -> Path:
    """Make a folder for this notebook and go there."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-08-"))
    os.chdir(folder)
    return folder


def train_small(name: str, change: Callable[[pd.DataFrame], pd.DataFrame] | None = None) -> Model:
    """Train the default model in test mode, in a folder; `change` changes its sales before."""
    sales = simulate_sales(400, seed=8)
    sales = change(sales) if change else sales
    training.train(sales, load_config("default"), directory=Path(name), quick=True)
    return load_model(name)


def as_rows(houses: pd.DataFrame) -> list[dict]:
    """Return houses as a request brings them: a list of dict, None for a gap."""
    table = houses.drop(columns=["Id", "SalePrice"], errors="ignore")
    return json.loads(table.to_json(orient="records"))


def run(*command: Any) -> int:
    """Run a command, and return its exit status; what it says is in `said.txt`."""
    with open("said.txt", "w", encoding="utf-8") as said:
        return subprocess.call(list(map(str, command)), stdout=said, stderr=said)


def regression_model(*arguments: Any) -> int:
    """Run the command `regression-model` as a process of its own, as `run` does."""
    return run(sys.executable, "-m", "regression_model", *arguments)


# changes to prices --------------------------------------------------------------------------------


def changes(before: np.ndarray, places: np.ndarray, seed: int = 1) -> dict[str, np.ndarray]:
    """Return the prices after seven changes: four that do harm, three that do none."""
    draw = np.random.default_rng(seed)
    size = len(before)
    noise = draw.normal(0, np.where(draw.random(size) < 0.04, 0.04, 0.014))
    lost, swapped = before.copy(), before.copy()
    lost[draw.choice(size, 6, replace=False)] = np.nan
    pairs = draw.choice(size, (2, 100), replace=False)
    swapped[pairs[0]], swapped[pairs[1]] = before[pairs[1]], before[pairs[0]]
    return {
        "one neighbourhood 4 % cheaper": np.where(places == "Gilbert", before * 0.96, before),
        "six houses without a price": lost,
        "everything 1.5 % dearer": before * 1.015,
        "two hundred prices swapped": swapped,
        "float32": np.exp(np.log(before).astype(np.float32).astype(float)),
        "whole hundreds": before.round(-2),
        "trained on more sales": before * (1 + noise - noise.mean()),
    }


# the service --------------------------------------------------------------------------------------


class RunningService:
    """`ml-api` as a process of its own: gunicorn with one worker, on a free port."""

    def __init__(self, model: str, **variables: Any):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        given = {"ML_API_MODEL": model, "PORT": self.port, "ML_API_WORKERS": 1, **variables}
        environment = os.environ | {name: str(value) for name, value in given.items()}
        self._log = open("service.log", "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [sys.executable, "-m", "ml_api"], env=environment, stdout=self._log, stderr=self._log
        )
        wait_until(self._is_up)

    def _is_up(self) -> bool:
        try:
            return self.ask("/health")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, rows: Any = None) -> tuple[int, str]:
        """Send a request, and return status and text of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = json.dumps(rows).encode() if rows is not None else None
        headers = {"Content-Type": "application/json"}
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        said = answer.status, answer.read().decode()
        connection.close()
        return said

    def counted(self) -> dict[str, int]:
        """Return what `/metrics` says of the shadow: answers by outcome."""
        text = self.ask("/metrics")[1]
        found = re.findall(r'ml_api_shadow_total{outcome="(\w+)"} (\d+)', text)
        return {outcome: int(number) for outcome, number in sorted(found)}

    def compared(self, answers: int) -> dict[str, int]:
        """Wait until something has become of so many answers, and return what."""
        wait_until(lambda: sum(self.counted().values()) >= answers)
        return self.counted()

    def stop(self) -> None:
        """End it as an operator would."""
        self.process.terminate()
        self.process.wait(30)
        self._log.close()


def wait_until(condition: Callable[[], bool], patience_s: float = 60) -> None:
    """Return when the condition holds; an error when it takes too long."""
    give_up = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("it does not come")
        time.sleep(0.02)


# plots --------------------------------------------------------------------------------------------


def show_differences(differences: dict[str, np.ndarray]) -> None:
    """Draw how many prices changed by how much, a line for each change."""
    _, axes = plt.subplots(figsize=(7, 3), layout="constrained")
    bins = np.linspace(-0.06, 0.06, 49)
    for (name, values), color in zip(differences.items(), (BLUE, ORANGE, GREY)):
        axes.hist(values, bins=bins, histtype="step", color=color, label=name)
    axes.set(xlabel="new price / old price - 1", ylabel="houses", yscale="log")
    axes.legend()
    plt.show()


def show_costs(costs: pd.DataFrame) -> None:
    """Draw what each tolerance costs: false alarms, wrong releases, both."""
    axes = costs.plot(logx=True, figsize=(7, 3), color=[GREY, ORANGE, BLUE])
    axes.set(xlabel="tolerance, share of the price", ylabel="dollars")
    plt.show()
