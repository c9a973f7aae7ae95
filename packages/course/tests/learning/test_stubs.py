"""A stub is the solution without what lesson.toml names, and otherwise the same text."""

import json
from dataclasses import replace

import pytest

from course.lessons import LessonError
from course.lessons.stubs import fingerprint, is_untouched, read_solution, same_answer, stub_text

SOURCE = '''\
"""A module."""

import os

LIMITS = {  # by name
    "low": 1,
}
ONE: int = (
    1
)


class Ages(dict):
    """Ages.

    In years.
    """

    unit = "a"

    def count(
        self,
        start,
    ):  # of what
        # a first idea

        # a second idea
        return start
        # a last word

    # about the next one
    def short(self): return "é"

    @property
    def size(self):
        """Size: é."""
        # how large
        return 1

    @size.setter
    def size(self, value):
        """Set it."""
        self.value = value


class Plain:
    def one(self):
        return 1


if os.name:

    def here():
        @staticmethod
        def inner():
            return 2

        return inner

else:
    here = None


async def last():
    return os
'''


def stub_of(exercise, *blanks, source=SOURCE):
    todos = {name: f"Write {name}." for name in blanks}
    return stub_text(replace(exercise, blanks=blanks, todos=todos), source)


def body(indent, name):
    spaces = " " * indent
    return (
        f"{spaces}# TODO: Write {name}.\n"
        f'{spaces}raise NotImplementedError("exercise 01.1 is still to do")\n'
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            "Ages.count",
            "        # a first idea\n\n        # a second idea\n        return start\n"
            "        # a last word\n",
            body(8, "Ages.count"),
        ),
        ("Ages.short", ' return "é"\n', "\n" + body(8, "Ages.short")),
        ("Plain.one", "        return 1\n\n\nif", body(8, "Plain.one") + "\n\nif"),
        (
            "here",
            "        @staticmethod\n        def inner():\n            return 2\n\n"
            "        return inner\n",
            body(8, "here"),
        ),
        ("last", "    return os\n", body(4, "last")),
        (
            "Plain",
            "    def one(self):\n        return 1\n",
            "    # TODO: Write Plain.\n    pass\n",
        ),
    ],
)
def test_only_the_body_of_what_is_named_goes(years, name, old, new):
    stub = stub_of(years, name)

    assert SOURCE.count(old) == 1
    if name == "here":
        # the name is bound twice, and both are blanked
        assert new in stub and "# TODO: Write here.\n    here = None\n" in stub
    else:
        assert stub == SOURCE.replace(old, new)


def test_docstrings_stay(years):
    stub = stub_of(years, "Ages.size")

    assert f'        """Size: é."""\n{body(8, "Ages.size")}' in stub
    assert f'        """Set it."""\n{body(8, "Ages.size")}' in stub


def test_a_class_keeps_its_docstring_and_still_loads(years):
    stub = stub_of(years, "Ages")

    assert '    In years.\n    """\n\n    # TODO: Write Ages.\n    pass\n\n\nclass Plain' in stub
    exec(compile(stub, "stub", "exec"), {})  # pylint: disable=exec-used  # as importing it does


def test_a_constant_becomes_none(years):
    stub = stub_of(years, "LIMITS", "ONE")

    assert "# TODO: Write LIMITS.\nLIMITS = None\n# TODO: Write ONE.\nONE: int = None\n" in stub


def test_the_names_may_be_given_in_any_order(years):
    names = ("LIMITS", "last", "Ages.count", "Plain")

    assert stub_of(years, *names) == stub_of(years, *reversed(names))


def test_a_long_sentence_is_wrapped_in_the_comment(years):
    todos = {"last": "Write " + "very " * 40 + "much."}
    stub = stub_text(replace(years, blanks=("last",), todos=todos), SOURCE)

    assert max(len(line) for line in stub.splitlines()) <= 100
    assert stub.count("very") == 40


def test_a_name_that_is_not_there_is_an_error(years):
    with pytest.raises(LessonError, match="01.1: blank: years.py defines no Ages.weight"):
        stub_of(years, "Ages.weight")


def test_a_name_within_another_is_an_error(years):
    with pytest.raises(LessonError, match="Ages holds another name that is blanked"):
        stub_of(years, "Ages", "Ages.count")


def test_a_solution_that_is_no_python_is_an_error(years):
    with pytest.raises(LessonError, match="01.1: file: the solution is no Python"):
        stub_of(years, "f", source="def f(:\n")


def test_a_missing_solution_is_an_error_that_says_what_to_do(years):
    years.solution.unlink()

    with pytest.raises(LessonError, match="no solutions/01_first/years.py; run `course author syn"):
        read_solution(years)


def test_a_stub_may_be_given_whole(sample):
    assert stub_text(sample.find("01.2")[0]) == "hello, ...\n"


def test_a_notebooks_stub_has_no_answers_no_outputs_and_no_hidden_cells(double):
    cells = json.loads(stub_text(double))["cells"]

    assert [cell["id"] for cell in cells] == ["text", "start", "answer", "use"]
    assert "".join(cells[2]["source"]).startswith("# TODO: Define double.\nraise NotImplemented")
    assert cells[2]["metadata"]["course"] == {"answer": "answer"}
    assert not any(cell.get("outputs") for cell in cells)


def test_a_cell_that_is_not_there_is_an_error(double):
    with pytest.raises(LessonError, match="02.1: cells: double.ipynb has no cell with the id gone"):
        stub_text(replace(double, blanks=("gone",), todos={"gone": "x"}))


def test_a_stub_is_untouched_whatever_an_editor_does_to_its_white_space(years):
    stub = stub_text(years)

    assert is_untouched(years, stub)
    assert is_untouched(years, stub.replace("\n", "  \r\n") + "\n\n")
    assert is_untouched(years, years.answer)
    assert not is_untouched(years, stub.replace("until", "end"))


def test_a_notebooks_stub_is_untouched_whatever_happens_outside_the_answer_cells(double):
    notebook = json.loads(stub_text(double))
    notebook["metadata"]["kernelspec"] = {"name": "other"}
    notebook["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    notebook["cells"].reverse()
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])

    assert is_untouched(double, json.dumps(notebook))

    notebook["cells"][1]["source"] = "1"
    assert not is_untouched(double, json.dumps(notebook))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', "no JSON"])
def test_what_is_no_notebook_is_no_stub(double, text):
    assert not is_untouched(double, text)
    assert same_answer(double, text, text)


def test_a_file_that_cannot_be_read_is_not_untouched(years):
    years.answer.write_bytes(b"\xff")
    assert not is_untouched(years, years.answer)

    years.answer.unlink()
    assert not is_untouched(years, years.answer)


def test_a_fingerprint_changes_with_the_answer_only(years):
    first = fingerprint(years, years.answer)
    years.answer.write_bytes(years.answer.read_bytes() + b"\n")
    assert fingerprint(years, years.answer) == first

    years.answer.write_bytes(b"\xff")
    assert fingerprint(years, years.answer) != first

    years.answer.unlink()
    assert fingerprint(years, years.answer) is None
