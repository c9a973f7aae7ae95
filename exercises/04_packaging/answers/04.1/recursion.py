"""Configurations in files: read, and where one is wrong the line to blame is named."""

from importlib.resources import files
from pathlib import Path

import yaml

from regression_model.pipeline.config import ConfigError, TrainingConfig

SHIPPED = ("default", "champion", "selected")


def load_config(name_or_file="default"):
    text = text_of(name_or_file)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{name_or_file} is not YAML: {error}") from error
    if isinstance(data, dict) and "extends" in data:
        if data["extends"] not in SHIPPED:
            where = f"{name_or_file}, line {line_of(text, ('extends',))}"
            raise ConfigError(f"{where}: extends: expected one of {', '.join(SHIPPED)}")
        merged = load_config(data["extends"]).to_dict()
        merged.update(data)
        del merged["extends"]
        data = merged
    try:
        return TrainingConfig.from_dict(data, source=str(name_or_file))
    except ConfigError as error:
        where = f"{name_or_file}, line {line_of(text, error.path)}"
        raise ConfigError(f"{where}: {error.problem}") from None


def line_of(text, path):
    return below(yaml.compose(text), list(path), 1)


def below(node, path, line):
    if path and isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == path[0]:
                return below(value, path[1:], key.start_mark.line + 1)
    if path and isinstance(node, yaml.SequenceNode) and isinstance(path[0], int):
        if path[0] < len(node.value):
            child = node.value[path[0]]
            return below(child, path[1:], child.start_mark.line + 1)
    return line


def text_of(name_or_file):
    if name_or_file in SHIPPED:
        folder = files("regression_model.pipeline") / "configs"
        return (folder / f"{name_or_file}.yml").read_text(encoding="utf-8")
    try:
        return Path(name_or_file).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{name_or_file} cannot be read: {error}") from error
