"""Decisions by their cost, a checker by a zoo, a server by a recording: each one small exercise."""

import math
import re

import pytest

from desks import PASSED

pytestmark = pytest.mark.slow

# -- a policy under cost ---------------------------------------------------------------------------

HOUSES = """
from course.grading.formats import Case

CASES = [
    Case("a bargain", {"price": 80, "worth": 100}, {"buy": 0, "wait": 20}),
    Case("overpriced", {"price": 130, "worth": 100}, {"buy": 30, "wait": 0}),
    Case("a ruin", {"price": 90, "worth": 10}, {"buy": 1080.5, "wait": 0}),
    Case("nearly fair", {"price": 101, "worth": 100}, {"buy": 1, "wait": 0}),
]

def test_it_buys_well(submission):
    decide = lambda code, house: code.decide(**house)
    submission.policy(decide, CASES, {0: 3, 1: 2, 30: 1})
"""
WELL = "def decide(price, worth):\n    return 'buy' if price < worth else 'wait'\n"


def decide(desk, answer, tests=HOUSES):
    return desk.grade(answer, tests, points=3)


@pytest.mark.parametrize(
    ("rule", "points", "told"),
    [
        ("price < worth", 3, ""),
        (
            "price < worth + 2",
            2,
            "cost 1 in all, 0 is the best known.\n  costliest: nearly fair: 'buy'",
        ),
        ("False", 1, "cost 20 in all"),
    ],
)
def test_a_policy_earns_points_by_its_regret(desk, rule, points, told):
    verdict = decide(desk, WELL.replace("price < worth", rule))

    assert (verdict.verdict, verdict.points, verdict.possible) == ("passed", points, 3)
    assert verdict.message == PASSED if points == 3 else told in verdict.message


def test_a_policy_that_costs_too_much_is_told_its_costliest_decisions(desk):
    verdict = decide(desk, WELL.replace("price < worth", "True"))

    assert (verdict.verdict, verdict.points) == ("failed", 0)
    assert verdict.message == (
        "Your decisions cost 1,111.50 in all, 0 is the best known: at most 30 more than that "
        "passes.\n"
        "Asked for: it buys well.\n"
        "  costliest:\n"
        "    a ruin: 'buy' costs 1,080.50 more than need be\n"
        "    overpriced: 'buy' costs 30 more than need be\n"
        "    nearly fair: 'buy' costs 1 more than need be"
    )


def test_the_best_known_cost_may_be_named(desk):
    tests = HOUSES.replace("30: 1}", "30: 1}, best=20")

    assert decide(desk, WELL.replace("price < worth", "False"), tests).points == 3


def test_costs_are_added_up_without_the_rounding_of_each_step(desk):
    tests = """
from course.grading.formats import Case

CASES = [Case(str(n), n, {True: 0.1, False: 9.0}) for n in range(15)]

def test_it(submission):
    submission.policy(lambda code, n: code.decide(n), CASES, {0: 3})
"""
    assert sum([0.1] * 15) > math.fsum([0.1] * 15)
    assert decide(desk, "def decide(n):\n    return True\n", tests).verdict == "passed"


# what comes back is none of "buy" and "wait"
FORGERIES = {
    "another word": "'sell'",
    "none": "None",
    "a list": "['buy']",
    "equal to all": "type('E', (str,), {'__eq__': lambda *_: True, '__hash__': str.__hash__})('x')",
    "an object": "type('E', (), {'__eq__': lambda *_: True})()",
    "an array": "__import__('numpy').array(['buy', 'wait'])",
    "a table": "__import__('pandas').DataFrame({'a': ['buy']})",
}


@pytest.mark.parametrize("value", FORGERIES.values(), ids=FORGERIES)
def test_what_is_no_possible_decision_is_told_so(desk, value):
    verdict = decide(desk, f"def decide(price, worth):\n    return {value}\n")

    assert verdict.verdict == "failed"
    if value == "'sell'":
        assert verdict.message.startswith("This is none of the possible decisions.")
        assert "came back: 'sell'\n  possible:  'buy', 'wait'" in verdict.message


@pytest.mark.parametrize(
    ("value", "right"), [("True", True), ("np.bool_(True)", True), ("1", False)]
)
def test_a_decision_is_of_the_kind_that_was_asked_for(desk, value, right):
    tests = """
from course.grading.formats import Case

def test_it(submission):
    cases = [Case("a", 1, {True: 0, False: 5})]
    submission.policy(lambda code, case: code.decide(case), cases, {0: 1})
"""
    answer = f"import numpy as np\n\ndef decide(case):\n    return {value}\n"

    assert (decide(desk, answer, tests).verdict == "passed") is right


def test_costs_are_not_in_the_process_that_decides(desk):
    answer = """
import gc, sys

def decide(price, worth):
    found = repr([item for item in gc.get_objects() if isinstance(item, (dict, list, tuple))])
    frame = sys._getframe(1)
    while frame:
        found += repr(frame.f_locals)
        frame = frame.f_back
    return "buy" if "1080" + chr(46) + "5" in found else "wait"
"""
    verdict = decide(desk, answer)

    assert "cost 20 in all" in verdict.message


def test_the_order_of_the_cases_is_drawn_by_lot(desk):
    tests = """
from course.grading.formats import Case

CASES = [Case(str(n), n, {n: 0, 99: 0} | {m: 1 for m in range(9) if m != n}) for n in range(9)]

def test_it(submission):
    submission.policy(lambda code, n: code.decide(n), CASES, {0: 1})
"""
    answer = "COUNT = iter(range(9))\n\ndef decide(n):\n    return next(COUNT)\n"

    assert decide(desk, answer, tests).verdict == "failed"


def test_a_list_of_another_length_is_no_decision_for_each_case(desk):
    answer = """
import sys

def decide(price, worth):
    frame = sys._getframe()
    while "givens" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["givens"].clear()
    return "buy"
"""
    assert decide(desk, answer).message.startswith("One decision is expected for each case.")


# -- a zoo -----------------------------------------------------------------------------------------

ZOO = """
from course.grading.formats import Specimen

SPECIMENS = [
    Specimen("a plain table", "a,b\\n1,2\\n", True, "Two columns, one row."),
    Specimen("a table in another order", "b,a\\n2,1\\n", True, "Order does not matter."),
    Specimen("a short row", "a,b\\n1\\n", False, "Count the fields of each row."),
    Specimen("not even text", b"\\xff\\x00", False, "What does decoding say?"),
]

def test_it_tells_good_from_broken(submission):
    submission.judges(lambda code, path: code.is_sound(path), SPECIMENS, file="table.csv")
"""
CHECKER = """
def is_sound(path):
    try:
        rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError:
        return False
    return len({len(row) for row in rows}) == 1
"""


def test_a_checker_that_is_right_about_every_specimen_passes(desk):
    assert desk.grade(CHECKER, ZOO).message == PASSED


def test_every_specimen_that_is_misjudged_is_named_at_once_with_the_advice(desk):
    answer = "def is_sound(path):\n    return path.read_bytes()[:1] != b'b'\n"

    assert desk.grade(answer, ZOO).message == (
        "Your checker is right about 1 of 4 files, and wrong about\n"
        "  - a table in another order, good: Order does not matter.\n"
        "  - a short row, broken: Count the fields of each row.\n"
        "  - not even text, broken: What does decoding say?\n"
        "  called: is_sound(path), for each of 4 files"
    )


UNFAIR = {
    "takes all for good": "return True",
    "takes all for broken": "return False",
    "says 1": "return int(len({line.count(',') for line in path.open(errors='replace')}) == 1)",
    "says nothing": "return None",
    "says what equals all": "return type('E', (), {'__eq__': lambda *_: True})()",
    "goes by the name": "return 'plain' in path.name or 'order' in path.name",
    "goes by what lies beside": "return sorted(p.name for p in path.parent.iterdir()) == []",
}


@pytest.mark.parametrize("body", UNFAIR.values(), ids=UNFAIR)
def test_a_checker_that_does_not_look_fails(desk, body):
    assert desk.grade(f"def is_sound(path):\n    {body}\n", ZOO).verdict == "failed"


def test_a_checker_says_true_or_false(desk):
    message = desk.grade("def is_sound(path):\n    return 1\n", ZOO).message

    assert message.startswith("True or False is expected of a checker.")
    assert "came back: 1" in message


def test_a_checker_that_changes_its_mind_is_told_so(desk):
    specimen = '[Specimen(str(n), str(n), True, "") for n in range(20)]'
    tests = ZOO.replace("path), SPECIMENS", f"path), {specimen}")
    answer = "import os\n\ndef is_sound(path):\n    return os.urandom(1) < b'\\x80'\n"

    assert "changes its mind about the same file" in desk.grade(answer, tests).message


def test_no_specimen_meets_what_another_has_left(desk):
    answer = CHECKER.replace(
        "    try:",
        "    import os\n    assert os.listdir(path.parent) and not hasattr(os, 'seen')\n"
        "    assert sorted(os.listdir(path.parent)) == ['double.py', 'table.csv']\n"
        "    os.seen = open(path.parent / 'seen', 'w').write('x')\n    try:",
    )
    assert desk.grade(answer, ZOO).message == PASSED


def test_a_checker_that_raises_is_told_about_which_specimen(desk):
    answer = "def is_sound(path):\n    path.read_text(encoding='utf-8')\n    return True\n"
    only = ZOO.replace("path), SPECIMENS", "path), SPECIMENS[3:]")

    message = desk.grade(answer, only).message

    assert "Your code raised UnicodeDecodeError" in message
    assert "called:      is_sound(path)  # not even text" in message


# -- a replay --------------------------------------------------------------------------------------

REPLAY = """
from course.grading.formats import Exchange

PRICE = '{"price": 3.0, "id": "x", "rows": [{"id": 1, "valid": true}]}'
RECORDING = [
    Exchange("health", "GET", "/health", 200, "text/plain", "fine"),
    Exchange("a price", "POST", "/price", 200, "application/json", PRICE, body='{"area": 1}'),
    Exchange("who asks", "GET", "/who", 200, "text/plain", "Zoë", headers={"X-Name": "Zoe"}),
]

def test_last_years_client_is_answered(submission):
    submission.replay(lambda code: code.app, RECORDING, ignore=["id"])
"""
APP = """
import json, sys, uuid

def app(environ, start_response):
    path, status, kind = environ["PATH_INFO"], "200 OK", "text/plain; charset=utf-8"
    if path == "/health":
        body = b"fine"
    elif path == "/price":
        asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        rows = [{"valid": True, "id": 7}]
        body = json.dumps({"rows": rows, "id": str(uuid.uuid4()), "price": 3 * asked["area"]})
        kind, body = "application/json", body.encode()
    else:
        body = "Zoë".encode() if environ.get("HTTP_X_NAME") == "Zoe" else b"nobody"
    start_response(status, [("Content-Type", kind)])
    return [body]
"""


def test_a_server_that_answers_as_recorded_passes(desk):
    assert desk.grade(APP, REPLAY).message == PASSED


@pytest.mark.parametrize(
    ("old", "new", "where", "came", "expected"),
    [
        ("3 * asked", "4 * asked", "body.price", "4", "3.0"),
        ('"valid": True', '"valid": 1', "body.rows[0].valid", "1", "true"),
        (
            '"valid": True, "id": 7',
            '"valid": True',
            "body.rows[0]",
            '{"valid": true}',
            '{"id": 1, "v',
        ),
        ("[{", "[{}, {", "body.rows", '[{}, {"valid": true', '[{"id": 1'),
        (
            '"application/json", body.encode()',
            '"application/json", b"["*9999',
            "body",
            "[[[",
            "JSON",
        ),
        (
            '"application/json", body',
            '"application/xml", body',
            "content type",
            "application/xml",
            "app",
        ),
        ('== "/price":', '== "/price":\n        status = "201 Created"', "status", "201", "200"),
    ],
)
def test_the_first_difference_is_told_in_full(desk, old, new, where, came, expected):
    message = desk.grade(APP.replace(old, new), REPLAY).message

    assert message.startswith("a price: the answer is not the one that was recorded.")
    assert 'request:\n    POST /price\n    {"area": 1}' in message
    for label, text in (("where", where), ("came back", came), ("expected", expected)):
        told = message[message.index(f"  {label}:") + len(label) + 3 :].strip()
        assert told.startswith(text), message


def test_further_differences_are_told_by_name(desk):
    answer = APP.replace("fine", "well").replace("3 * asked", "4 * asked")

    message = desk.grade(answer, REPLAY).message

    assert message.startswith("health: the answer is not the one")
    assert "also different: a price" in message and "who asks" not in message


def test_what_the_server_printed_is_told(desk):
    message = desk.grade(APP.replace('asked["area"]', 'asked["size"]'), REPLAY).message

    assert re.search("where: +status", message)
    assert "KeyError: 'size'" in message


def test_a_server_that_ends_in_the_middle_gives_no_answer(desk):
    answer = APP.replace("rows = [", '__import__("os")._exit(0); rows = [')

    message = desk.grade(answer, REPLAY).message

    assert "a price: the answer is not" in message and "came back:      none (" in message
    assert "also different: who asks" in message


def test_a_server_that_never_answers_is_a_timeout(desk):
    answer = APP.replace("rows = [", '__import__("time").sleep(100); rows = [')

    verdict = desk.grade(answer, REPLAY, time_limit_s=1)

    assert verdict.verdict == "timeout"
    assert "POST /price" in verdict.message
