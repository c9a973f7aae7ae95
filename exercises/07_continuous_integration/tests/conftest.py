"""What the tests of this lesson share: a draw, and the words of a workflow."""

import json
import random
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

# of check-jsonschema, whose command takes seconds to start
SCHEMA = (
    Path(find_spec("check_jsonschema").origin).parent
    / "builtin_schemas/vendor/github-workflows.json"
)


@pytest.fixture
def draw(seed):
    """Where this run's names and numbers are drawn from."""
    return random.Random(seed)


class _Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: `on` is a key like any other, and no truth value."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture
def workflow(submission):
    """The learner's workflow as data, or the reason why it is none."""
    try:
        data = yaml.load(submission.text, Loader=_Loader)  # a safe loader
    except yaml.YAMLError as error:
        return SimpleNamespace(trouble=f"it is no YAML: {error}", data={})
    if not isinstance(data, dict) or not isinstance(data.get("jobs"), dict):
        return SimpleNamespace(trouble="it has no `jobs:`", data={})
    return SimpleNamespace(trouble="", data=data)


def names_of(value):
    """Return the names in what may be one name, a list, or a mapping of names."""
    return [value] if isinstance(value, str) else list(value or [])


@pytest.fixture
def listed():
    """Return names as a list."""
    return names_of


@pytest.fixture
def schema_problems():
    """Return what the official schema of workflows has against a text."""
    # it would build a grammar of web addresses, which takes seconds, for formats that nobody checks
    sys.modules.setdefault("rfc3987_syntax", None)
    import jsonschema

    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

    def problems(text):
        try:
            data = yaml.load(text, Loader=_Loader)  # a safe loader
        except yaml.YAMLError as error:
            return f"it is no YAML: {error}"
        best = jsonschema.exceptions.best_match(validator.iter_errors(_told(data)))
        return f"{best.json_path}: {best.message[:300]}" if best else ""

    return problems


def _told(value):
    """Return data with the words of truth as truth values, as the schema wants them."""
    if isinstance(value, dict):
        return {str(key): _told(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_told(item) for item in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
