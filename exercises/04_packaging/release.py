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
    # TODO: unpack the wheel into a folder of its own, load the model by its code in a process of
    # its own, and return what was said
    raise NotImplementedError("exercise 04.5 is still to do")


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
    # TODO: try every wheel with every model
    raise NotImplementedError("exercise 04.5 is still to do")


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
    # TODO: refuse a pair that does not load; write current.json for one that does
    raise NotImplementedError("exercise 04.5 is still to do")
