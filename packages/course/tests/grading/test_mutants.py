"""A learner's tests are graded by what they catch, and cannot fake it."""

import hashlib
from pathlib import Path

import pytest

from desks import PASSED

RIGHT = '''
def clip(value, lower, upper):
    """Return `value`, or the limit that it goes beyond."""
    return max(lower, min(upper, value))
'''
JUDGE = f"""
RIGHT = {RIGHT!r}
VARIANTS = {{
    "forgets the lower limit": ("max(lower, min(upper, value))", "min(upper, value)"),
    "forgets the upper limit": ("min(upper, value)", "value"),
    "does nothing": "def clip(value, lower, upper):\\n    return value\\n",
}}

def test_each_broken_one_is_caught(submission):
    trial = submission.tests_against("clipping", VARIANTS, reference=RIGHT)
    assert not trial.missed, f"All your tests pass on a `clip` that {{trial.missed[0]}}."
"""
GOOD = """
import pytest
from clipping import clip

@pytest.mark.parametrize(("value", "clipped"), [(-1, 0), (5, 5), (11, 10)])
def test_clip(value, clipped):
    assert clip(value, 0, 10) == clipped
"""


HASH = hashlib.md5(RIGHT.encode()).hexdigest()


def grade(desk, answer, judge=JUDGE, **fields):
    return desk.grade(answer, judge, file="test_clip.py", kind="tests", **fields)


def test_tests_that_catch_every_variant_pass(desk):
    assert grade(desk, GOOD).message == PASSED


@pytest.mark.slow
def test_a_variant_that_is_missed_is_named(desk):
    verdict = grade(desk, GOOD.replace("(-1, 0), ", ""))

    assert verdict.verdict == "failed"
    assert "pass on a `clip` that forgets the lower limit" in verdict.message


def test_the_tests_have_to_pass_on_right_code(desk):
    verdict = grade(desk, GOOD.replace("(11, 10)", "(11, 11)"))

    assert verdict.verdict == "failed"
    assert "Your tests fail on code that is right." in verdict.message
    assert "test_clip[11-11]" in verdict.message
    assert "test_clip.py:7: assert clip(value, 0, 10) == clipped" in verdict.message


@pytest.mark.slow
def test_a_test_file_that_does_not_load_is_broken(desk):
    verdict = grade(desk, "from clipping import clop\n")

    assert verdict.verdict == "broken"
    assert "cannot import name 'clop'" in verdict.message


@pytest.mark.slow
def test_no_test_that_runs_is_a_failure(desk):
    verdict = grade(desk, "def test_it():\n    import pytest; pytest.skip('later')\n")

    assert verdict.verdict == "failed"
    assert "no test in test_clip.py that runs" in verdict.message


@pytest.mark.slow
def test_a_fixture_that_fails_on_right_code_is_told(desk):
    answer = (
        "import pytest\n@pytest.fixture\ndef house():\n    raise ValueError('none')\n"
        "def test_it(house):\n    pass\n"
    )

    assert "ValueError: none" in grade(desk, answer).message


@pytest.mark.slow
def test_a_fixture_that_fails_on_a_variant_catches_nothing(desk):
    answer = (
        "import pytest\nfrom clipping import clip\n@pytest.fixture\ndef low():\n"
        "    assert clip(-1, 0, 10) == 0\ndef test_it(low):\n    assert clip(11, 0, 10) == 10\n"
    )
    assert "forgets the lower limit" in grade(desk, answer).message


def test_what_lies_beside_the_scratch_folder_is_not_looked_at(desk, tmp_path, monkeypatch):
    """A machine's folder for what is temporary may hold thousands of files, and a conftest.py."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "conftest.py").write_text("raise ValueError('of somebody else')", encoding="utf-8")

    assert grade(desk, GOOD).message == PASSED


FAKES = {
    "always fails": "def test_it():\n    assert False\n",
    "ends the process": "import os\ndef test_it():\n    os._exit(1)\n",
    "ends the process well": "import os\ndef test_it():\n    os._exit(0)\n",
    "ends it when it loads": "import os\nos._exit(0)\n",
    "leaves": "import sys\ndef test_it():\n    sys.exit(0)\n",
    "makes every test pass": (
        "import _pytest.runner as r\nr.CallInfo.from_call = None\ndef test_it():\n    assert 0\n"
    ),
    "ends it on broken code": (
        "import os\nfrom clipping import clip\ndef test_it():\n"
        "    if clip(11, 0, 10) == 11:\n        os._exit(1)\n"
    ),
    "ends pytest": "import pytest\ndef test_it():\n    pytest.exit('done', 1)\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("answer", FAKES.values(), ids=FAKES)
def test_fakes_do_not_pass(desk, answer):
    assert grade(desk, answer).verdict in ("failed", "broken")


@pytest.mark.slow
def test_tests_that_hang_on_a_variant_are_a_timeout(desk):
    answer = "from clipping import clip\ndef test_it():\n    while clip(-1, 0, 10) < 0: pass\n"

    assert grade(desk, answer, time_limit_s=2).verdict == "timeout"


@pytest.mark.slow
def test_a_property_that_fails_is_not_made_small_and_may_be_slow(desk):
    answer = f"""{GOOD}
from hypothesis import Phase, given, settings, strategies

@given(strategies.integers(0, 10))
def test_inside_nothing_changes(value):
    assert clip(value, 0, 10) == value
    assert Phase.shrink not in settings().phases and settings().deadline is None
"""
    assert grade(desk, answer).message == PASSED


@pytest.mark.slow
def test_a_forged_result_catches_nothing(desk):
    answer = "import sandbox.tasks as c\nc.RunTests.__call__ = c._Record = None\n" + GOOD

    assert grade(desk, answer).verdict in ("failed", "passed", "broken")


# -- telling the versions apart by anything but what they do --------------------------------------

HEAD = """
import hashlib, inspect, os, random, sys, time
import clipping
import pytest
from clipping import clip
"""
TELLING = {
    "by a line of the source": "assert 'max(lower, min(' in inspect.getsource(clipping)",
    "by what the source does not say": "assert inspect.getsource(clip).count('min(') > 0",
    "by the size of the file": "assert os.path.getsize(clipping.__file__) < 135",
    "by a hash of the file": (
        "text = open(clipping.__file__, 'rb').read()\n"
        f"    assert hashlib.md5(text).hexdigest() == {HASH!r}"
    ),
    "by its bytecode": (
        "def right(value, lower, upper):\n        return max(lower, min(upper, value))\n"
        "    assert clip.__code__.co_code == right.__code__.co_code"
    ),
    "by the names in its bytecode": "assert set(clip.__code__.co_names) == {'max', 'min'}",
    "by the frame that calls": (
        "seen = []\n    class Number(int):\n        def __lt__(self, other):\n"
        "            seen.append(sys._getframe(1).f_code.co_names)\n"
        "            return int(self) < int(other)\n        __gt__ = __lt__\n"
        "    clip(Number(5), 0, 10)\n    assert seen and seen[0] == ('max', 'min')"
    ),
    "by the docstring and the lines": "assert clip.__code__.co_firstlineno == 2",
    "by the time of the file": "assert time.time() - os.path.getmtime(clipping.__file__) > 0.5",
}
BY_CHANCE = {
    "by lot": "random.random() < 0.5",
    "by the number of the process": "os.getpid() >> number & 1",
    "by the clock": "int(time.time() * 1000) >> number & 1",
    "by what address a thing has": "id(object()) >> (number + 4) & 1",
}


@pytest.mark.slow
@pytest.mark.parametrize("code", TELLING.values(), ids=TELLING)
def test_versions_cannot_be_told_apart_by_how_they_are_written(desk, code):
    verdict = grade(desk, f"{HEAD}\ndef test_it():\n    {code}\n")

    assert (verdict.verdict, verdict.points) == ("failed", 0)


@pytest.mark.slow
@pytest.mark.parametrize("condition", BY_CHANCE.values(), ids=BY_CHANCE)
def test_tests_that_change_their_minds_fail_and_are_told_so(desk, condition):
    # all that tell by chance, one of which may have luck: but not each time
    answer = f"{HEAD}\n@pytest.mark.parametrize('number', range(10))\ndef test_it(number):\n"
    verdict = grade(desk, f"{answer}    assert {condition}\n")

    assert verdict.verdict == "failed"
    assert "change their minds" in verdict.message or "fail on code" in verdict.message


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["/dev/shm", "/tmp", ".."])
def test_a_mark_that_an_earlier_run_left_does_not_say_which_version_is_next(desk, folder):
    code = (
        f"    mark = os.path.join({folder!r}, 'course-mark')\n"
        "    try:\n        first = not os.path.exists(mark)\n        open(mark, 'w').close()\n"
        "    except OSError:\n        first = True\n    assert first\n"
    )

    try:
        assert grade(desk, f"{HEAD}\ndef test_it():\n{code}").verdict == "failed"
    finally:
        # where the kernel lets an answer write, the mark stays
        Path(folder, "course-mark").unlink(missing_ok=True)


@pytest.mark.slow
def test_tests_of_how_code_is_written_are_told_what_to_look_at(desk):
    verdict = grade(desk, f"{HEAD}\ndef test_it():\n    {TELLING['by its bytecode']}\n")

    assert "let them look at what it does, not at how it is written" in verdict.message


@pytest.mark.slow
def test_right_tests_may_patch_and_look_at_the_signature(desk):
    answer = GOOD + (
        "\ndef test_signature(monkeypatch):\n    import inspect\n"
        "    assert list(inspect.signature(clip).parameters) == ['value', 'lower', 'upper']\n"
        "    assert clip.__doc__ is None or clip.__doc__\n"
    )
    assert grade(desk, answer).message == PASSED


@pytest.mark.slow
def test_a_module_of_a_package_is_varied_in_place(desk):
    desk.write({"src/trial_pkg/__init__.py": "", "src/trial_pkg/clipping.py": RIGHT})
    judge = """
def test_it(submission):
    nothing = ("max(lower, min(upper, value))", "value")
    trial = submission.tests_against("trial_pkg.clipping", {"does nothing": nothing})
    assert trial.missed == [] and trial.caught["does nothing"] == trial.passed[::2]
"""
    assert grade(desk, GOOD.replace("clipping", "trial_pkg.clipping"), judge).message == PASSED


@pytest.mark.slow
def test_a_started_python_sees_the_variant_too(desk):
    answer = """
import subprocess, sys
def test_it():
    program = "from clipping import clip; print(clip(-1, 0, 10), clip(11, 0, 10))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "0 10\\n"
"""
    assert grade(desk, answer).message == PASSED


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('"clipping", {"x": ("not there", "y")}, reference=RIGHT', "not in the right code"),
        ('"nowhere.to_be_found", {}', "no package of the course has a module nowhere"),
    ],
)
def test_a_mistake_of_the_author_is_told_as_one(desk, call, said):
    judge = f"RIGHT = {RIGHT!r}\ndef test_it(submission):\n    submission.tests_against({call})\n"

    assert said in grade(desk, GOOD, judge).message
