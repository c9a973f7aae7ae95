"""A line is pinned when it names exactly one version, and loose otherwise."""

import pytest


@pytest.fixture
def version(seed):
    """A version in full, such as 3.14.5."""
    return f"{1 + seed % 9}.{10 + seed % 7}.{seed % 5}"


def test_a_pinned_line_is_not_loose(submission, version):
    lines = [f"pandas=={version}", f"uvicorn[standard] == {version}"]
    answer = submission.run(lambda code: code.loose_lines(lines))

    assert answer == [], "These lines name one version each, so none of them is loose"


def test_a_line_without_a_version_is_loose(submission):
    answer = submission.run(lambda code: code.loose_lines(["pandas"]))

    assert answer == ["pandas"], "A name alone accepts every version there is: it is loose"


def test_lines_come_back_as_they_stood_and_in_their_order(submission, version):
    lines = ["uvicorn[standard]", f"pandas=={version}", " flask"]
    answer = submission.run(lambda code: code.loose_lines(lines))

    assert answer == [
        "uvicorn[standard]",
        " flask",
    ], "The loose lines should come back as they were written, in the order of the file"


def test_a_line_that_accepts_several_versions_is_loose(submission, version):
    lines = [f"pandas{operator}{version}" for operator in (">=", "<", "~=", "!=", "<99,>=")]
    answer = submission.run(lambda code: code.loose_lines(lines))

    assert (
        answer == lines
    ), "`>=`, `<`, `~=` and `!=` accept more than one version each: all of these lines are loose"


def test_a_star_is_loose(submission, version):
    line = f"pandas=={version.rpartition('.')[0]}.*"
    answer = submission.run(lambda code: code.loose_lines([line]))

    assert answer == [line], "`==` with a star accepts every version that begins so: it is loose"


def test_a_version_of_python_pins_nothing(submission, version):
    lines = [
        f'pandas>={version}; python_version == "3.11"',
        f'numpy=={version}; python_version >= "3.11"',
    ]
    answer = submission.run(lambda code: code.loose_lines(lines))

    assert answer == lines[:1], (
        "What follows the semicolon says on which Python a line counts, and not which version of "
        "the package is meant: look at the clauses, not at the text"
    )


def test_the_list_that_is_handed_in_stays_as_it_was(submission, version):
    lines = ["# the model", "pandas", "", f"numpy=={version}", "flask"]

    def list_after(code):
        handed_in = list(lines)
        code.loose_lines(handed_in)
        return handed_in

    after = submission.run(list_after)

    assert (
        after == lines
    ), "The list that was handed in came back changed: put the loose lines into a list of your own"


def test_comments_and_blank_lines_require_nothing(submission, version):
    lines = ["", "   ", "# pandas>=2", f"pandas=={version}"]
    answer = submission.run(lambda code: code.loose_lines(lines))

    assert answer == [], "A comment or a blank line requires nothing: pass over it"
