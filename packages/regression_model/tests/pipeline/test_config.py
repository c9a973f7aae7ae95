import copy

import pytest
import yaml
from regression_model.pipeline import ConfigError, TrainingConfig, load_config
from regression_model.pipeline.config_file import SHIPPED, line_of


@pytest.fixture
def choices() -> dict:
    return load_config("champion").to_dict()


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_can_be_loaded_and_written_down(name):
    config = load_config(name)

    assert TrainingConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(("name", "section"), [("champion", "boosting"), ("selected", "selection")])
def test_each_differs_from_the_default_in_one_section(name, section):
    default, other = load_config().to_dict(), load_config(name).to_dict()

    assert default.pop(section) is None
    assert other.pop(section)
    assert default == other


def test_a_file_may_hold_only_what_differs(tmp_path):
    file = tmp_path / "mine.yml"
    file.write_text("extends: champion\nmax_set_aside: 0.2\n", encoding="utf-8")

    assert load_config(file).max_set_aside == 0.2
    assert load_config(file).boosting == load_config("champion").boosting


def test_a_file_extends_only_what_is_shipped(tmp_path):
    file = tmp_path / "mine.yml"
    file.write_text("extends: mine\n", encoding="utf-8")

    with pytest.raises(
        ConfigError, match="line 1: extends: expected one of default, champion, selected"
    ):
        load_config(file)


def test_a_file_of_ones_own_works(tmp_path, choices):
    choices["linear"]["alpha"] = 3.5
    file = tmp_path / "mine.yml"
    file.write_text(yaml.safe_dump(choices), encoding="utf-8")

    assert load_config(file).linear.alpha == 3.5
    assert load_config(str(file)) == load_config(file)


def change(choices: dict, key: str, value) -> dict:
    choices = copy.deepcopy(choices)
    *path, last = key.split(".")
    part = choices
    for name in path:
        part = part[name]
    part[last] = value
    return choices


@pytest.mark.parametrize(
    "key, value, told",
    [
        ("boosting.trees", "many", "boosting.trees: expected `int"),
        ("boosting.trees", 0, "boosting.trees: expected `int` >= 1"),
        ("boosting.rows", 1.5, "boosting.rows: expected `float` <= 1"),
        ("features.clip", 0.5, "features.clip: expected `float` < 0.5"),
        ("features.logarithms", "LotArea", "features.logarithms: expected `array`"),
        ("features.totals", {"Baths": {"FullBath": "one"}}, "features.totals"),
        ("linear.gamma", 1, "linear: object contains unknown field `gamma`"),
        ("colour", "blue", "object contains unknown field `colour`"),
        ("linear", {"alpha": 1.0}, "linear: object missing required field `epsilon`"),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_what_was_expected(choices, key, value, told):
    with pytest.raises(ConfigError) as caught:
        TrainingConfig.from_dict(change(choices, key, value), source="mine.yml")

    assert str(caught.value).startswith("mine.yml: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text, told",
    [
        ("linear:\n  alpha: 20.0\n  epsilon: big\n", "line 3: linear.epsilon: expected `float`"),
        ("linear: {alpha: 20.0,\n  epsilon: 0}", "line 2: linear.epsilon: expected `float` >= 1"),
        ("\n# why\nlinear:\n  alhpa: 20.0\n", "line 4: linear: object contains unknown field"),
        ("linear:\n  alpha: 20.0\n", "line 1: linear: object missing required field `epsilon`"),
        ("selection: null\nboosting:\n- 1\n", "line 2: boosting: expected `object | null`"),
        ("colour: blue\n", "line 1: object contains unknown field `colour`"),
    ],
)
def test_the_line_to_blame_is_told(tmp_path, text, told):
    file = tmp_path / "mine.yml"
    file.write_text(f"extends: default\n{text}", encoding="utf-8")
    line, rest = told.removeprefix("line ").split(":", maxsplit=1)

    with pytest.raises(ConfigError) as caught:
        load_config(file)

    assert str(caught.value).startswith(f"{file}, line {int(line) + 1}:{rest}")


def test_a_path_leads_through_sections_and_lists_as_far_as_the_text_goes():
    text = "features:\n  plain:\n  - LotArea\n  - [5]\n\n  clip: 0.1\n"

    assert line_of(text, ["features", "plain", 1, 0]) == 4
    assert line_of(text, ["features", "clip", "further"]) == 6
    assert line_of(text, ["elsewhere"]) == line_of(text, []) == line_of("", ["a"]) == 1


def test_an_empty_file_is_told_from_a_configuration(tmp_path):
    file = tmp_path / "empty.yml"
    file.touch()

    with pytest.raises(ConfigError, match="empty.yml, line 1: expected `object`, got `null`"):
        load_config(file)


def test_a_name_that_is_nothing_is_answered_with_the_names_there_are():
    with pytest.raises(
        ConfigError, match="champoin is neither one of default, champion, selected nor"
    ):
        load_config("champoin")


@pytest.mark.parametrize(
    "content",
    [
        b"a: [1, 2",
        b"\xff\xfe\xfa",
        b"!!python/object/apply:os.getcwd []",
        pytest.param(b"[" * 9999, marks=pytest.mark.slow),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path, content):
    file = tmp_path / "odd.yml"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match="odd.yml is not YAML"):
        load_config(file)


def test_quick_means_few_trees_and_nothing_else():
    default, champion = load_config("default"), load_config("champion")

    assert default.quick() == default
    assert champion.quick().boosting.trees == 20
    assert champion.quick().quick() == champion.quick()
    assert champion.quick().features == champion.features
