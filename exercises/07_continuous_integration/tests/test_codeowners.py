"""Who is asked to review, by the rules that GitHub documents: its own evaluator is not to be had."""

import re

import pytest

MODEL, RISK, SERVICE = "@houses/modellers", "@houses/risk", "@houses/service"
PLATFORM, WRITERS, REST = "@houses/platform", "@houses/writers", "@houses/maintainers"

NAMED = ["requirements.lock", "MODEL_CARD.md", "CODEOWNERS", ".github/CODEOWNERS"]


def regex_of(pattern):
    """Return the paths that a pattern fits, as a regular expression."""
    anchored = "/" in pattern.rstrip("/")
    bare = pattern.strip("/")
    source = ""
    for part in re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", bare):
        known = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        source += known.get(part, re.escape(part))
    start = "" if anchored else "(?:.*/)?"
    # a folder's name stands for all that is in it; `docs/*` for files right in it
    end = "/.*" if pattern.endswith("/") else "" if bare.endswith("/*") else "(?:/.*)?"
    return re.compile(f"{start}{source}{end}")


@pytest.fixture
def rules(submission):
    """Pattern and owners of each line, in order."""
    found = []
    for number, line in enumerate(submission.text.splitlines(), 1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if not words:
            continue
        pattern, *owners = words
        wrong = [
            owner
            for owner in owners
            if not re.fullmatch(r"@[\w-]+(/[\w-]+)?|[^@\s]+@[^@\s]+\.\w+", owner)
        ]
        assert not wrong, f"line {number}: {wrong[0]} is no owner: a person or team begins with @"
        assert not re.search(
            r"^!|[\[\]\\]", pattern
        ), f"line {number}: {pattern} would be skipped: `!` and `[...]`, known from .gitignore, are not known here"
        found.append((regex_of(pattern), owners))
    return found


@pytest.fixture
def asked(rules):
    """Return whose review a file needs: the owners in the last line that fits it."""

    def owners_of(path):
        fitting = [owners for form, owners in rules if form.fullmatch(path)]
        return sorted(set(fitting[-1])) if fitting else []

    return owners_of


@pytest.fixture
def word(draw):
    """A name that nobody has written into a file."""
    return f"{draw.choice(['porch', 'garage', 'attic', 'cellar'])}_{draw.randint(10, 99)}"


def expect(asked, cases):
    wrong = [
        (path, asked(path), sorted(owners), why)
        for path, *owners, why in cases
        if asked(path) != sorted(owners)
    ]
    assert not wrong, "\n".join(
        f"{path} asks {' and '.join(came) or 'nobody'}; it should ask {' and '.join(owners) or 'nobody'}: {why}"
        for path, came, owners, why in wrong[:3]
    )


def test_the_specification_of_the_model_is_reviewed_by_two_teams(asked, word):
    both = "what the model is to be is seen by those who build it and those who answer for it"
    cases = [
        (f"model/config/{name}", MODEL, RISK, both)
        for name in ("champion.yml", f"{word}.yml", f"old/{word}/base.yml")
    ]
    card = "the model card is a document that says what the model may be used for"

    expect(asked, [*cases, ("model/MODEL_CARD.md", MODEL, RISK, card)])


def test_code_has_its_team(asked, word):
    deep = "everything below the folder"
    expect(
        asked,
        [
            (f"model/{word}.py", MODEL, deep),
            (f"model/src/features/{word}.py", MODEL, deep),
            (f"service/{word}.py", SERVICE, deep),
            (f"service/src/routes/{word}.py", SERVICE, deep),
            ("schema/fields.yml", MODEL, SERVICE, "a field concerns both sides"),
            (f"schema/{word}/fields.yml", MODEL, SERVICE, "a field concerns both sides"),
        ],
    )


def test_a_folder_of_the_same_name_elsewhere_is_not_meant(asked, word):
    why = "only the folder at the root is meant: a pattern is anchored by a slash in front"
    expect(
        asked,
        [
            (f"service/tests/schema/{word}.json", SERVICE, why),
            (f"service/src/model/{word}.py", SERVICE, why),
            (f"notebooks/service/{word}.py", REST, why),
            (f"tools/model/config/{word}.yml", REST, why),
            (f"tools/schema/{word}.json", REST, why),
            *[
                (
                    f"service/{name}",
                    SERVICE,
                    "what is in service/ is its team's, whatever its name is",
                )
                for name in NAMED
            ],
        ],
    )


def test_documents_go_to_the_writers_except_where_a_team_has_them(asked, word):
    here = "a document outside the teams' folders"
    inside = (
        "a document in a team's folder is the team's: of the lines that fit, the last one counts"
    )
    expect(
        asked,
        [
            ("README.md", WRITERS, here),
            (f"docs/{word}/{word}.md", WRITERS, here),
            (f"model/{word}.md", MODEL, inside),
            (f"service/docs/{word}.md", SERVICE, inside),
            (f"model/config/{word}.md", MODEL, RISK, inside),
        ],
    )


def test_the_rules_themselves_are_reviewed(asked, word):
    why = "who may change the rules, or what enforces them, could let anything in"
    expect(
        asked,
        [
            (f".github/workflows/{word}.yml", PLATFORM, why),
            (f".github/{word}.md", PLATFORM, why),
            ("CODEOWNERS", PLATFORM, why),
        ],
    )


def test_everything_else_has_somebody(asked, word):
    why = "a file that nobody has thought of needs somebody, too"
    expect(
        asked,
        [
            (f"{word}.toml", REST, why),
            (f"{word}/src/main.py", REST, why),
            (f"docs/{word}.svg", REST, why),
        ],
    )


def test_a_bot_may_move_the_lock_alone(asked):
    expect(
        asked,
        [
            (
                "requirements.lock",
                "a line without an owner asks nobody; the checks still have to be green",
            ),
            ("requirements.in", REST, "what is asked for is a decision"),
        ],
    )
