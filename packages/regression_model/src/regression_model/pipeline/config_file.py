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
    source = str(name_or_file)
    text = _read(source)
    data = _parse(text, source)
    if isinstance(data, dict) and "extends" in data:
        base = data.pop("extends")
        if base not in SHIPPED:
            line = line_of(text, ["extends"])
            told = f"extends: expected one of {', '.join(SHIPPED)}"
            raise ConfigError(f"{source}, line {line}: {told}")
        data = load_config(base).to_dict() | data
    try:
        return TrainingConfig.from_dict(data)
    except ConfigError as error:
        line = line_of(text, error.path)
        raise ConfigError(f"{source}, line {line}: {error.problem}") from error


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
    node, line = yaml.compose(text, Loader=yaml.SafeLoader), 1
    for step in path:
        places: dict[Any, tuple[yaml.Node, yaml.Node]] = {}
        if isinstance(node, yaml.MappingNode):
            places = {key.value: (key, value) for key, value in node.value}
        elif isinstance(node, yaml.SequenceNode):
            places = {place: (value, value) for place, value in enumerate(node.value)}
        if step not in places:
            break
        key, node = places[step]
        line = key.start_mark.line + 1
    return line


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
