"""`course watch` on a real terminal: what is to be seen, and what keys do."""

import os
import signal
import sys
import termios

import pexpect
import pytest
from sample_course import rewrite, solve

USUAL = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8"}
# where this suite is measured, what it starts is too
USUAL |= {name: value for name, value in os.environ.items() if name.startswith("COV")}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="not verified: needs a Unix terminal"),
]


@pytest.fixture
def terminal(sample_root):
    """Starts `course watch` on a terminal of this size."""
    started = []

    def start(*arguments, rows=24, columns=80, **environment):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "course", "watch", *arguments],
            cwd=str(sample_root),
            env={**USUAL, **environment},
            dimensions=(rows, columns),
            encoding="utf-8",
            timeout=30,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def test_a_save_is_graded_and_a_pass_is_shown_with_what_comes_next(terminal, years):
    watch = terminal("01")
    watch.expect("0 of 2")
    watch.expect("Graded when you save")
    solve(years)
    rewrite(years.answer, "until - since", "since - until")
    watch.expect("came back: -10")
    watch.expect("h gives a hint")
    solve(years)
    watch.expect("1 of 2")
    watch.expect("An age that counts forward can be compared")
    watch.expect("`course solution 01.1` shows ours")
    watch.expect("n goes on to 01.2 A greeting")
    watch.send("n")
    watch.expect("01.2 A greeting")
    watch.send("q")
    watch.expect("1 of 2 passed")
    watch.expect(pexpect.EOF)


def test_keys_give_hints_the_list_and_the_stub(terminal, years):
    solve(years)
    rewrite(years.answer, "until - since", "since - until")
    wrong = years.answer.read_bytes()
    watch = terminal("01")
    watch.expect("q quit")
    watch.send("h")
    watch.expect("Hint 1 of 3: Which year is later")
    watch.send("h")
    watch.expect("Hint 2 of 3: Subtract")
    watch.send("l")
    watch.expect("> 01.1 Years elapsed: started")
    watch.send("r")
    watch.expect("Press r again")
    watch.send("x")  # no key of ours: what was asked is no longer there to be answered
    watch.expect("h gives a hint")
    assert "Press r again" not in watch.before
    watch.send("r")
    watch.expect("Press r again")
    watch.send("l")
    watch.expect("> 01.1 Years elapsed: started")
    watch.send("r")
    watch.expect("Press r again")
    assert years.answer.read_bytes() == wrong
    watch.send("r")
    watch.expect("The untouched stub is back")
    watch.send("l")
    watch.expect("> 01.1 Years elapsed: to do")
    (backup,) = (years.lesson.root / ".course" / "backups" / "01.1").iterdir()
    assert backup.read_bytes() == wrong
    watch.send("q")
    watch.expect(pexpect.EOF)


@pytest.mark.parametrize("end", ["q", "\x03", "terminated"])
def test_the_terminal_is_left_as_it_was(terminal, end):
    watch = terminal("01")
    before = termios.tcgetattr(watch.child_fd)
    watch.expect("Graded when you save")
    drawn_on = termios.tcgetattr(watch.child_fd)
    assert drawn_on[6][termios.VSUSP] != before[6][termios.VSUSP], "Ctrl+Z would leave a shell here"
    if end == "terminated":
        watch.kill(signal.SIGTERM)
    else:
        watch.send(end)
    watch.expect("\x1b\\[\\?1049l")  # back from the alternate screen
    watch.expect(pexpect.EOF)

    assert termios.tcgetattr(watch.child_fd) == before


def test_a_small_window_wraps_the_head_of_a_message_and_keeps_the_keys(terminal, years):
    raised = f"raise ValueError('{'many words ' * 9}the end')"
    years.answer.write_text(f"def elapsed(since, until):\n    {raised}\n")
    watch = terminal("01", rows=12, columns=44)
    watch.expect("Asked for: years elapsed are never")
    watch.expect("negative")
    watch.expect("h hint  l list  n next")
    assert "many words" not in watch.before
    assert "more lines: the space bar shows them" in watch.before
    watch.send(" ")
    watch.expect("many words")
    watch.send("h")
    watch.expect("Hint 1 of 3")
    watch.setwinsize(30, 100)
    watch.expect("the end")
    watch.expect("q quit")
    watch.send("q")
    watch.expect(pexpect.EOF)


def test_who_quits_does_not_wait_for_an_answer_that_never_ends(terminal, years):
    years.answer.write_text("def elapsed(since, until):\n    while True:\n        pass\n")
    watch = terminal("01")
    watch.expect("grading 01.1 years elapsed")
    watch.send("h")
    watch.expect("Hint 1 of 3")
    watch.send("q")
    watch.expect("0 of 2 passed", timeout=years.time_limit_s / 2)
    watch.expect(pexpect.EOF)


def test_an_answer_that_is_saved_while_another_is_graded_has_a_verdict_of_its_own(terminal, years):
    slow = "import time\n    time.sleep(2)\n    return until - since"
    years.answer.write_text(f"def elapsed(since, until):\n    {slow}\n")
    watch = terminal("01")
    watch.expect("grading 01.1 years elapsed")
    watch.send("rr")
    watch.expect("The untouched stub is back")
    years.answer.write_text("x = 1\n")
    watch.expect("`elapsed` is not defined")
    watch.send("q")
    watch.expect("0 of 2 passed")
    watch.expect(pexpect.EOF)


def test_a_terminal_that_cannot_be_drawn_on_gets_lines(terminal, years):
    solve(years)
    watch = terminal("01", TERM="dumb")
    watch.expect("passed     01.1")
    watch.expect("stop with Ctrl.C")
    watch.send("\x03")
    watch.expect(pexpect.EOF)


def test_quitting_at_once_prints_no_traceback(terminal):
    watch = terminal("01")
    watch.expect("q quit")
    watch.send("q")
    watch.expect("0 of 2 passed")
    watch.expect(pexpect.EOF)

    assert "Traceback" not in watch.before
