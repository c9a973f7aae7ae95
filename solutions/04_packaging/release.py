"""A release is a wheel and a model: tried together, made current together."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# run by a Python of its own; its arguments: where the code lies, where the model does
LOAD = """
import sys
sys.path.insert(0, sys.argv[1])
import tiny_model
tiny_model.load_model(sys.argv[2])
"""


class ReleaseRefused(Exception):
    """A wheel and a model do not go together; the text is what the code said."""


def try_pair(wheel: Path, model: Path) -> str:
    """Try whether the code in a wheel loads a model.

    Parameters
    ----------
    wheel : Path
        A wheel of the package `tiny_model`, pure Python.
    model : Path
        The directory of a model.

    Returns
    -------
    str
        Empty if it loads. Else what was said, the text of the exception in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        done = subprocess.run(
            [sys.executable, "-I", "-c", LOAD, folder, str(model)],
            capture_output=True,
            text=True,
            check=False,
        )
    return "" if done.returncode == 0 else done.stderr or f"exit status {done.returncode}"


def two_by_two(wheels: list[Path], models: list[Path]) -> dict[str, dict[str, str]]:
    """Try every wheel with every model.

    Parameters
    ----------
    wheels, models : list of Path
        As `try_pair` takes them.

    Returns
    -------
    dict of dict
        Name of the wheel to name of the model to what `try_pair` returns.
    """
    return {
        wheel.name: {model.name: try_pair(wheel, model) for model in models} for wheel in wheels
    }


def make_current(shelf: Path, wheel: Path, model: Path) -> None:
    """Make a wheel and a model the current release, if the one loads the other.

    Parameters
    ----------
    shelf : Path
        A directory. Its `current.json` says which release is current.
    wheel, model : Path
        As `try_pair` takes them.

    Raises
    ------
    ReleaseRefused
        With what was said, if they do not go together. What was current stays so.
    """
    told = try_pair(wheel, model)
    if told:
        raise ReleaseRefused(told)
    text = json.dumps({"wheel": wheel.name, "model": model.name})
    written = shelf / "current.json.new"
    written.write_text(text, encoding="utf-8")
    os.replace(written, shelf / "current.json")
