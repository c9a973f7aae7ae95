"""Configurations in files: read, and where one is wrong the line to blame is named.

Three come with the package, `default`, `champion` and `selected`; any YAML file of the same form
works, and one that says `extends: default` holds only the sections in which it differs.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from regression_model.pipeline.config import ConfigError, TrainingConfig

SHIPPED = ("default", "champion", "selected")


def load_config(name_or_file: str | Path = "default") -> TrainingConfig:
    """Read a configuration of the package, or a file.

    Parameters
    ----------
    name_or_file : str or Path
        One that is shipped, or the path of a YAML file.

    Returns
    -------
    TrainingConfig

    Raises
    ------
    ConfigError
        If there is no such file, it is no YAML, or it says something that training cannot use. The
        text of the last begins with the file and the line: "mine.yml, line 4: linear.alpha: ...".

    Examples
    --------
    >>> load_config("default").features.clip
    0.01
    """
    # TODO: read, parse, extend and validate; where it is wrong, tell the file, the line and the
    # problem
    raise NotImplementedError("exercise 04.1 is still to do")


def line_of(text: str, path: list[str | int] | tuple[str | int, ...]) -> int:
    """Find the line of a value.

    Parameters
    ----------
    text : str
        YAML.
    path : sequence of str or int
        The names of keys, and places in lists from 0, that lead to the value.

    Returns
    -------
    int
        Line of the last key or place, from 1. Where the path leads further than the text does, that
        of the last one that is there; 1 where there is none.

    Examples
    --------
    >>> line_of("linear:\\n  alpha: 20\\n  epsilon: big\\n", ["linear", "epsilon"])
    3
    """
    # TODO: follow the path through the nodes of the text, and return the line of the last one found
    raise NotImplementedError("exercise 04.1 is still to do")


def _read(source: str) -> str:
    shipped = files("regression_model.pipeline") / "configs" / f"{source}.yml"
    path = shipped if source in SHIPPED else Path(source)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source} is not YAML: {error}") from error
    except OSError as error:
        raise ConfigError(
            f"{source} is neither one of {', '.join(SHIPPED)} nor a file that can be read "
            f"({error.strerror})"
        ) from error


def _parse(text: str, source: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{source} is not YAML: {' '.join(str(error).split())}") from error
