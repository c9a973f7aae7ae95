"""`course watch` on a real terminal: what is to be seen, and what keys do."""

import signal
import sys
import termios

import pexpect
import pytest
from sample_course import rewrite, solve

USUAL = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8"}
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
    assert termios.tcgetattr(watch.child_fd) != before
    if end == "terminated":
        watch.kill(signal.SIGTERM)
    else:
        watch.send(end)
    watch.expect("\x1b\\[\\?1049l")  # back from the alternate screen
    watch.expect(pexpect.EOF)

    assert termios.tcgetattr(watch.child_fd) == before


def test_a_small_window_keeps_the_head_of_a_message_and_the_keys(terminal, years):
    years.answer.write_text("def elapsed(since, until):\n    raise ValueError('x' * 500)\n")
    watch = terminal("01", rows=12, columns=44)
    watch.expect("failed")
    watch.expect("h hint   l list   n next")
    watch.setwinsize(30, 100)
    watch.expect("q quit")
    watch.send("q")
    watch.expect(pexpect.EOF)


def test_a_terminal_that_cannot_be_drawn_on_gets_lines(terminal, years):
    solve(years)
    watch = terminal("01", TERM="dumb")
    watch.expect("passed     01.1")
    watch.expect("stop with Ctrl.C")
    watch.send("\x03")
    watch.expect(pexpect.EOF)
