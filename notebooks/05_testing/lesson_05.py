"""What the parts of lesson 05 share: tests that run in a cell, a server, mutants, and plots."""

import atexit
import io
import itertools
import logging
import os
import pdb
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from socket import socket

import coverage
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from IPython.core.magic import register_cell_magic
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from regression_model import training
from regression_model.pipeline import load_config
from regression_model.simulation import simulate_sales

BLUE, ORANGE, GREY = "#2563eb", "#d97706", "#9aa5b1"
OPTIONS = [
    *("-p", "no:cacheprovider", "-p", "no:terminal", "--disable-plugin-autoload"),
    *(f"--config-file={os.devnull}", "--import-mode=importlib"),
]
FOLDER = Path(tempfile.mkdtemp(prefix="lesson_05-"))
NUMBERS = itertools.count()
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

logging.disable(logging.INFO)  # of the service, a line for each request


# tests in a cell --------------------------------------------------------------------------------


class Outcomes:
    """A pytest plugin that notes how each test went, and the first line of what it said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of a test, or why it could not even start."""
        if report.when == "call" or report.failed:
            name = report.nodeid.partition("::")[2]
            crash = getattr(report.longrepr, "reprcrash", None)
            said = crash.message.splitlines()[0] if crash else ""
            self.lines.append(f"{report.outcome:<7} {name}{said and '  '}{said}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that a file cannot be read."""
        if report.failed:
            self.lines.append(str(report.longrepr).splitlines()[-1])


def run_pytest(text: str, folder: Path | None = None) -> list[str]:
    """Run pytest on a file with this text, and return a line for each test."""
    folder = folder or Path(tempfile.mkdtemp(dir=FOLDER))
    # a name that no other has: what was imported once would be taken again
    file = folder / f"test_{next(NUMBERS)}.py"
    file.write_text(text, encoding="utf-8")
    outcomes = Outcomes()
    with redirect_stdout(io.StringIO()):
        pytest.main([*OPTIONS, f"--rootdir={folder}", str(file)], plugins=[outcomes])
    return outcomes.lines


@register_cell_magic
def run_tests(_: str, cell: str) -> None:
    """`%%run_tests`: the cell is a file of tests; run pytest on it, and show how each one went."""
    print(*run_pytest(cell), sep="\n")


# a model, a server ------------------------------------------------------------------------------


def train_small_model(rows: int = 300) -> Path:
    """Train a model in test mode, on few sales, and return its directory."""
    directory = FOLDER / "model"
    config = load_config("default")
    training.train(simulate_sales(rows, seed=3), config, directory=directory, quick=True)
    return directory


@contextmanager
def serving(model: Path, database: Path) -> Iterator[str]:
    """Start the real service on a free port of this machine, yield its address, and stop it."""
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    settings = {"ML_API_MODEL": str(model), "ML_API_STORE": f"sqlite:///{database}"}
    settings |= {"PORT": port, "ML_API_WORKERS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "ml_api"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_until_up(server, address := f"http://127.0.0.1:{port}")
            yield address
        finally:
            server.terminate()


def _wait_until_up(server: subprocess.Popen, address: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/ready"):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The service did not start.")


# a README ---------------------------------------------------------------------------------------


def follow(readme: str) -> None:
    """Run each command of a README in an empty folder, as a stranger does, until one fails."""
    folder = tempfile.mkdtemp(dir=FOLDER)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in re.findall(r"^    (\S.*)$", readme, re.MULTILINE):
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env=os.environ | {"PATH": path, "NO_COLOR": "1", "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
        )
        print("works" if done.returncode == 0 else "FAILS", command)
        if done.returncode:
            plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
            print("     ", *re.findall(r"No such option: \S+", plain))
            return


# the debugger -----------------------------------------------------------------------------------


def post_mortem(error: BaseException, *commands: str) -> None:
    """Open the debugger where an error was raised, give it commands, and show what it says."""
    said = io.StringIO()
    keyboard = io.StringIO("\n".join([*commands, "q"]) + "\n")
    debugger = pdb.Pdb(stdin=keyboard, stdout=said, nosigint=True, readrc=False)
    debugger.prompt = ""
    debugger.use_rawinput = False
    debugger.reset()
    debugger.print_stack_entry = lambda entry, prompt_prefix="": print(
        f"in {entry[0].f_code.co_name}", file=said
    )
    debugger.interaction(None, error.__traceback__)
    lines = iter(said.getvalue().splitlines())
    print(next(lines))
    for command, line in zip(commands, lines):
        print(f"(Pdb) {command}\n{line}")


# coverage and mutants ---------------------------------------------------------------------------


class Project:
    """A module of its own with tests of its own, in a folder."""

    def __init__(self, module: str, tests: str) -> None:
        self.module, self.tests = module.strip() + "\n", tests.strip() + "\n"

    def run(self, module: str | None = None) -> list[str]:
        """Run the tests on the module, or on another text of it."""
        folder = Path(tempfile.mkdtemp(dir=FOLDER))
        (folder / "value.py").write_text(module or self.module, encoding="utf-8")
        sys.modules.pop("value", None)
        sys.path.insert(0, str(folder))
        try:
            return run_pytest(self.tests, folder)
        finally:
            sys.path.remove(str(folder))

    def coverage(self) -> str:
        """Say which share of lines and branches the tests run."""
        measured = coverage.Coverage(branch=True, data_file=None, include=["*/value.py"])
        measured.start()
        try:
            self.run()
        finally:
            measured.stop()
        return f"coverage {measured.report(file=io.StringIO(), show_missing=True):.0f} %"

    def mutants(self, changes: list[tuple[str, str]]) -> pd.DataFrame:
        """Run the tests on a mutant for each change: a text, and what it is replaced by."""
        rows = []
        for old, new in changes:
            assert self.module.count(old) == 1, f"{old!r} is not there once"
            failed = [line for line in self.run(self.module.replace(old, new)) if "failed" in line]
            rows.append({"was": old, "is": new, "tests say": "caught" if failed else "survives"})
        return pd.DataFrame(rows).set_index("was")

    def write(self, folder: Path) -> None:
        """Write module, tests and the settings of mutmut, as a project has them."""
        (folder / "tests").mkdir(parents=True)
        (folder / "value.py").write_text(self.module, encoding="utf-8")
        (folder / "tests" / "test_value.py").write_text(self.tests, encoding="utf-8")
        settings = "[mutmut]\nsource_paths=value.py\n"
        settings += "pytest_add_cli_args_test_selection=tests\n"
        (folder / "setup.cfg").write_text(settings, encoding="utf-8")


# slices -----------------------------------------------------------------------------------------


def two_models() -> tuple[Pipeline, Pipeline]:
    """Return an old model that knows every place, and a new one that lumps the rare together."""
    few = ["GrLivArea", "OverallQual"]
    more = ["YearBuilt", "YearRemodAdd", "OverallCond", "TotalBsmtSF", "GarageArea", "LotArea"]
    more += ["Fireplaces", "FullBath"]

    def model(numbers: list[str], fewest: int | None) -> Pipeline:
        place = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=fewest)
        filled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        columns = make_column_transformer((filled, numbers), (place, ["Neighborhood"]))
        return make_pipeline(columns, Ridge())

    return model(few, 1), model(few + more, 50)


def show_slices(slices: pd.DataFrame) -> None:
    """Draw the change of each slice with three standard errors; `worse` says which are orange."""
    slices = slices.sort_values("change")
    colours = np.where(slices["worse"], ORANGE, BLUE)
    _, axes = plt.subplots(figsize=(8, 0.22 * len(slices) + 1), layout="constrained")
    axes.errorbar(
        slices["change"], slices.index, xerr=3 * slices["error"], fmt="none", ecolor=GREY, lw=1
    )
    axes.scatter(slices["change"], slices.index, c=colours, s=18, zorder=3)
    axes.axvline(0, color="black", lw=1)
    axes.set(xlabel="change of the mean absolute error of the log price (right: worse)")
    plt.show()
