"""The columns of the Ames house sales, as `houses.toml` beside this module lists them."""

import tomllib
from pathlib import Path
from typing import Any

from regression_model.schema.feature import Feature, FeatureSchema


def _read_schema(path: Path) -> FeatureSchema:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return FeatureSchema(
        tuple(_feature(name, rules, table["codes"]) for name, rules in table["features"].items())
    )


def _feature(name: str, rules: dict[str, Any], codes: dict[str, dict[str, str]]) -> Feature:
    if rules["kind"] != "category":
        return Feature(name, **rules)
    # the keys of TOML are texts, and the codes of MSSubClass whole numbers
    labels = {
        int(code) if code.isdecimal() else code: label
        for code, label in codes[rules.pop("codes", name)].items()
    }
    return Feature(name, **rules, categories=tuple(labels), labels=labels)


HOUSES = _read_schema(Path(__file__).with_name("houses.toml"))
