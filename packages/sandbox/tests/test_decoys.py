"""Versions of a module are written so that only running them tells one from another."""

import ast

import pytest

from sandbox.decoys import rewrite

RIGHT = """
import math
LIMIT = 3  # of what?

STEP = 1
STEP = STEP + 1

class Counter:
    def __init__(self, start=0):
        self.count = start

    @property
    def half(self):
        return self.count / 2

    @half.setter
    def half(self, value):
        self.count = value * STEP

    def up(self, by=1):
        new = self.count + by
        self.count = min(new, LIMIT)
        return self

def roots(values):
    \"\"\"Square roots, rising.\"\"\"
    found = [math.sqrt(value) for value in values]
    total = 0
    for number in found:
        total += number
    return sorted(found), total

def evens(values):
    for value in values:
        half, rest = divmod(value, 2)
        if not rest:
            yield half

def tells(name):
    name_of_it = name
    return locals()

def nested(x):
    def inner(y):
        return x + y
    return inner(1)
"""
CHANGES = {
    "another limit": ("LIMIT = 3", "LIMIT = 2"),
    "falling": ("sorted(found)", "sorted(found, reverse=True)"),
    "odd ones too": ("if not rest:", "if True:"),
    "no limit": ("min(new, LIMIT)", "new"),
    "no more a generator": ("yield half", "return half"),
    "another signature": ("def nested(x):", "def nested(x, z=0):"),
}
VERSIONS = [RIGHT, *(RIGHT.replace(*change) for change in CHANGES.values())]


def behaviour(source):
    names = {}
    exec(source, names)  # pylint: disable=exec-used  # our own
    counter = names["Counter"]()
    counter.half = 4
    evens = names["evens"]([2, 3, 4])
    return [
        names["Counter"]().up().up(5).count,
        (counter.half, counter.count),
        names["roots"]([4, 1, 9]),
        evens if evens is None or isinstance(evens, int) else list(evens),
        sorted(names["tells"]("a")),
        names["nested"](2),
        names["nested"].__code__.co_argcount,
        names["roots"].__doc__,
    ]


@pytest.mark.parametrize("which", range(len(VERSIONS)))
def test_a_version_does_what_it_did(which):
    for _ in range(5):
        assert behaviour(rewrite(VERSIONS, which)) == behaviour(VERSIONS[which])


def test_no_two_texts_are_the_same_and_comments_go():
    texts = {rewrite(VERSIONS, 0) for _ in range(5)}

    assert len(texts) == 5
    assert not any("of what?" in text for text in texts)


def test_what_versions_differ_in_is_in_the_text_of_each_equally_often():
    texts = [rewrite(VERSIONS, which) for which in range(5)]

    for piece in ("reverse=True", "LIMIT)", "if True"):
        assert {text.count(piece) for text in texts} == {1}, piece


def test_one_version_alone_is_rewritten_too():
    text = rewrite([RIGHT], 0)

    assert "found" not in text and behaviour(text) == behaviour(RIGHT)
    assert ast.parse(text)
