"""A configuration is read with all its errors found, and the line to blame is named."""

import pytest


def written(text):
    """Write a file `mine.yml`, and return its name. Runs beside the answer."""
    # pylint: disable=import-outside-toplevel
    from pathlib import Path

    Path("mine.yml").write_text(text, encoding="utf-8")
    return "mine.yml"


def error_of(load, name):
    """Return the text of the ConfigError. Runs beside the answer."""
    # pylint: disable=import-outside-toplevel
    from regression_model.pipeline import ConfigError

    try:
        load(name)
    except ConfigError as error:
        return str(error)
    return "no ConfigError was raised"


@pytest.fixture
def told(submission):
    """A function: what `load_config` says of a file `mine.yml` with this text, or each of several."""

    def told(*texts):
        found = submission.run(
            lambda code: [error_of(code.load_config, written(text)) for text in texts]
        )
        return found if len(texts) > 1 else found[0]

    return told


def numbered(text):
    """Return a file as an editor shows it."""
    lines = [f"{number:3}  {line}" for number, line in enumerate(text.splitlines(), 1)]
    return "\n".join(["\nmine.yml:", *lines])


def test_one_that_is_shipped_is_read_by_its_name(submission):
    values = submission.run(
        lambda code: [
            code.load_config("default").features.clip,
            code.load_config().max_set_aside,
            code.load_config("champion").boosting is not None,
        ]
    )

    assert values == [0.01, 0.05, True], (
        "`default` has a clip of 0.01, `max_set_aside` 0.05, and `champion`, which extends it, has a "
        "section `boosting` of its own (its own should count): a name that is shipped should be "
        "read, and come back as a TrainingConfig"
    )


def test_a_file_holds_only_the_sections_in_which_it_differs(submission, draw):
    share = draw.randint(10, 90) / 100
    text = f"extends: champion\nmax_set_aside: {share}\n"

    assert (
        submission.run(lambda code: code.load_config(written(text)).max_set_aside) == share
    ), f"The file extends `champion`, and its own `max_set_aside` should count{numbered(text)}"
    empty = "extends: champion\nboosting:\n"
    as_in_champion, without = submission.run(
        lambda code: [
            code.load_config(written(text)).boosting == code.load_config("champion").boosting,
            code.load_config(written(empty)).boosting is None,
        ]
    )
    assert as_in_champion, (
        "The file extends `champion`, so the sections that it does not have are those of "
        f"`champion`, and `boosting` is another one{numbered(text)}"
    )
    assert without, (
        "The file has a section `boosting` of its own, which is empty (no boosting, as in "
        "`default`), and what came back has the trees of `champion`: what the file says counts, "
        f"also where it says nothing{numbered(empty)}"
    )


def test_a_section_is_taken_as_a_whole(told):
    text = "extends: default\nlinear:\n  alpha: 5.0\n"

    assert "linear: object missing required field" in told(text), (
        "A section of the file stands in place of the whole section that it extends, so here "
        "`epsilon` is missing from `linear`, and that should be told: who reads a section should "
        f"see all that is in it{numbered(text)}"
    )


def test_a_wrong_value_is_told_with_its_line(told, draw):
    blank = draw.randint(1, 5)
    text = "extends: default\n" + "\n" * blank + "linear:\n  alpha: 20.0\n  epsilon: 1,35\n"
    line = blank + 4

    assert told(text) == f"mine.yml, line {line}: linear.epsilon: expected `float`, got `str`", (
        f"`epsilon` is written with a comma, in line {line} (lines are counted from 1, blank ones "
        "too). The text should be the file, the line, and the `problem` of the error"
        f"{numbered(text)}"
    )


def test_the_same_word_elsewhere_is_not_blamed(told):
    text = (
        "# alpha and epsilon: see the paper\nextends: champion\n"
        "linear: {epsilon: 1.35, alpha: 20}\nmax_set_aside: 0\n"
        "selection:\n  penalty: 0.6\n  # a threshold of 2 keeps nothing\n  threshold: 2\n"
        "  resamples: 50\n"
    )

    assert told(text).startswith("mine.yml, line 8: selection.threshold: expected `float` <= 1"), (
        "The threshold to blame is the one in the section `selection`, in line 8. The word stands "
        "in a comment before it: follow the path through the sections, do not search for the word"
        f"{numbered(text)}"
    )


def test_a_misspelt_key_is_blamed_where_it_stands(told, draw):
    before = draw.randint(1, 4)
    text = "extends: default\n" + "# why\n" * before + "linear:\n  epsilon: 1.35\n  alhpa: 20\n"
    section = "extends: default\n" + "# why\n" * before + "liner:\n  epsilon: 1.35\n"
    of_key, of_section = told(text, section)

    assert of_key.startswith(f"mine.yml, line {before + 4}: linear: object contains unknown"), (
        f"`alhpa` is in line {before + 4}, below its section: the path of the error leads there. "
        f"It was: {of_key}{numbered(text)}"
    )
    assert of_section.startswith(f"mine.yml, line {before + 2}: object contains unknown"), (
        f"A whole section is misspelt, `liner` in line {before + 2}: it is refused, as a misspelt "
        f"key is, and not passed over. It was: {of_section}{numbered(section)}"
    )


def test_a_section_of_a_wrong_kind_is_blamed_where_it_begins(told):
    text = "extends: default\nboosting:\n- 300\n- 0.05\n"

    assert told(text).startswith("mine.yml, line 2: boosting: expected"), (
        "The section `boosting` is a list here: to blame is the line of its name, 2, not the one "
        f"where its content begins{numbered(text)}"
    )


def test_an_empty_file_is_blamed_in_line_1(told):
    text = told("")

    assert text.startswith("mine.yml, line 1: "), (
        "An empty file is no configuration: a ConfigError should say so, and its text begin with "
        f"`mine.yml, line 1: `. It was: {text}"
    )


def test_only_what_is_shipped_can_be_extended(told, draw):
    comments = draw.randint(1, 5)
    named = ("theirs", "", "[champion]", "champ")
    texts = told(*("# ours\n" * comments + f"extends: {theirs}\n" for theirs in named))

    for theirs, text in zip(named, texts):
        assert text.startswith(f"mine.yml, line {comments + 1}: extends: expected one of"), (
            f"`extends: {theirs}` names nothing that is shipped: a ConfigError should say so, with "
            f"the line, and with the names that there are. It was: {text}"
        )


def test_the_line_is_found_in_lists_too(submission, draw):
    areas = [f"Area{number}" for number in range(6)]
    place = draw.randrange(6)
    text = "features:\n  clip: 0.01\n  plain:\n" + "".join(f"  - {area}\n" for area in areas)

    found, beyond = submission.run(
        lambda code: [code.line_of(text, ["features", "plain", step]) for step in (place, 6)]
    )

    assert (
        found == place + 4
    ), "A number in the path is a place in a list, counted from 0: `plain` begins in line 4 here"
    assert beyond == 3, (
        "The list `plain` has places 0 to 5, and the path asks for place 6: the last one found is "
        "the key of the list itself, in line 3"
    )


def test_where_the_path_leads_too_far_the_last_line_found_counts(submission):
    text = "linear:\n  alpha: 20\n  epsilon: 1.35\n"
    paths = [["linear", "epsilon", "further"], ["linear", "gamma"], ["colour"], []]

    lines = submission.run(lambda code: [code.line_of(text, path) for path in paths])

    assert lines == [3, 1, 1, 1], (
        f"The paths {paths} lead further than the text does: wanted is the line of the last key "
        "that is there, and 1 where there is none"
    )
