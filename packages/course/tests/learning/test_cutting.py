"""The solution of a hole: a module as it is, or one function of it with what it needs."""

import pytest
from sample_course import rewrite

from course.lessons import LessonError, load_course, parse_lesson
from course.lessons.cutting import cut_solution

MODULE = '''"""Keys."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# in bytes
LENGTH = 4 * 8
KNOWN = {"a": 1}
UNUSED = 3


class Keys:
    """Many keys."""


def register(function):
    return function


@register
def check(path: Path, keys: Keys, length=LENGTH):
    """Tell whether a key is known."""
    unused = [key for key in KNOWN]
    return _digest(path, unused)


# kept with the function below it
def _digest(path, size):
    return hashlib.sha256(_encode(path)), size


def _encode(path):
    return str(path).encode()


def other():
    return os.name
'''
CUT = '''"""`check` of `demo.keys`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from demo.keys import KNOWN, Keys, register

if TYPE_CHECKING:
    from pathlib import Path

# in bytes
LENGTH = 4 * 8


@register
def check(path: Path, keys: Keys, length=LENGTH):
    """Tell whether a key is known."""
    unused = [key for key in KNOWN]
    return _digest(path, unused)


# kept with the function below it
def _digest(path, size):
    return hashlib.sha256(_encode(path)), size


def _encode(path):
    return str(path).encode()
'''


@pytest.fixture
def cut(tmp_path):
    """Cuts holes of one module, several of which may be exercises; returns the first as text."""

    def cutter(source, *members):
        path = tmp_path / "src/demo/keys.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        exercises = [
            {
                "id": f"01.{number}",
                "title": member,
                "file": f"answer_{member}.py",
                "fills": f"demo.keys:{member}",
                "hints": ["a", "b", "c"],
                "stub": "TODO",
                "passed": "P",
            }
            for number, member in enumerate(members, 1)
        ]
        ids = [exercise["id"] for exercise in exercises]
        part = {"notebook": "1_keys.ipynb", "title": "T", "exercises": ids}
        content = {"title": "T", "part": [part], "objective": [], "exercise": exercises}
        lesson = parse_lesson(content, "01_keys", tmp_path, (tmp_path / "src",))
        return cut_solution(lesson.exercises[0]).decode()

    return cutter


def test_a_function_is_cut_out_with_what_it_needs(cut):
    assert cut(MODULE, "check") == CUT


def test_a_class_is_cut_out_alone_where_it_needs_nothing(cut):
    text = cut(MODULE, "Keys")

    assert text.endswith('annotations\n\n\nclass Keys:\n    """Many keys."""\n')


def test_a_helper_that_is_a_hole_itself_is_asked_for_and_not_copied(cut):
    above = "def _helper():\n    return 1\n\n\ndef check():\n    return _helper()\n"

    assert "def _helper" in cut(above, "check")
    assert "from demo.keys import _helper\n" in cut(above, "check", "_helper")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def check():\n    return later()\n\n\ndef later():\n    return 1\n", "uses later, which"),
        (
            "COUNT = 0\n\n\ndef check():\n    global COUNT\n    COUNT += 1\n",
            "changes the global CO",
        ),
        ("def other():\n    pass\n", "no function or class check"),
        ("if 1:\n    def check():\n        pass\n", "no function or class check"),
        ("def check(:\n", "invalid syntax"),
    ],
)
def test_what_cannot_be_cut_out_is_told_with_its_place(cut, source, said):
    with pytest.raises(LessonError, match=f"exercise 01.1: fills: demo.keys: .*{said}"):
        cut(source, "check")


def test_a_module_is_its_own_solution_byte_for_byte(sample, years):
    years.hole.write_bytes(b'"""Years."""\r\n')

    assert cut_solution(years) == b'"""Years."""\r\n'
    rewrite(sample.root / "exercises/01_first/lesson.toml", "demo.years", "demo/nothing.txt")
    with pytest.raises(LessonError, match="there is no file"):
        cut_solution(load_course(sample.root).find("01.1")[0])
