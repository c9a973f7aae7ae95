"""Plain text where there is no terminal; colour, bars and no cut lines where there is."""

import io

import pytest
from rich.console import Console

from course.cli import display
from course.cli.display import open_console, progress_bar, show_source, show_verdict
from course.cli.reports import exit_code
from course.grading import Verdict


@pytest.fixture
def terminal():
    return Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)


def test_without_a_terminal_there_is_no_colour_and_no_line_is_cut(years, capsys):
    verdict = Verdict("01.1", "Years elapsed", "failed", "x" * 300, 0, 1, 0.1)
    show_verdict(open_console(), years, verdict)
    out = capsys.readouterr().out

    assert "\x1b" not in out
    assert "      " + "x" * 300 + "\n" in out


def test_on_a_terminal_words_are_kept_whole_below_the_start_of_their_line(years, terminal):
    terminal.file.isatty = lambda: True
    message = "many words " * 9 + "\n  came back:\n    " + "[1.25, 2.25] " * 8
    show_verdict(terminal, years, Verdict("01.1", "T", "failed", message, 0, 1, 0.1))
    first, second, label, block, rest, *_ = terminal.file.getvalue().splitlines()[1:]

    assert first == "      " + "many words " * 6 + "many" and second.startswith("      words many")
    assert (label, block[:16], rest[:16]) == (
        "        came back:",
        "          [1.25,",
        "          [1.25,",
    )


def test_what_looks_like_markup_is_printed_as_it_is(years, capsys):
    show_verdict(
        open_console(), years, Verdict("01.1", "T", "failed", "a[0] [red]b[/red]", 0, 1, 0.1)
    )

    assert "a[0] [red]b[/red]" in capsys.readouterr().out


def test_on_a_terminal_a_verdict_has_its_colour(years, terminal):
    show_verdict(terminal, years, Verdict("01.1", "T", "passed", "", 1, 1, 0.1))

    assert "\x1b[32m  passed" in terminal.file.getvalue()


@pytest.mark.parametrize(
    ("points", "possible", "shown"),
    [(2, 3, "2 of 3 points"), (3, 3, "3 points"), (1, 1, "1 point")],
)
def test_of_a_pass_the_points_are_shown_and_of_how_many(years, capsys, points, possible, shown):
    show_verdict(open_console(), years, Verdict("01.1", "T", "passed", "", points, possible, 0.1))

    assert f"({shown}, 0.1 s)" in capsys.readouterr().out


@pytest.mark.slow
def test_a_source_is_coloured_on_a_terminal_only(terminal, monkeypatch, capsys):
    monkeypatch.delenv("NO_COLOR", raising=False)
    show_source(terminal, "import os\n", "a.py")
    show_source(open_console(), "import os\n", "a.py")

    assert "\x1b[" in terminal.file.getvalue()
    assert capsys.readouterr().out == "import os\n"


def test_who_wants_no_colour_gets_none(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    show_source(terminal, "import os\n", "a.py")

    assert terminal.file.getvalue() == "import os\n"


def test_a_console_that_cannot_draw_blocks_gets_signs(sample):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    display.show_overview(Console(file=stream), sample, display.Progress(sample))
    stream.flush()

    assert b"--------------------  0 of 2" in raw.getvalue()


def test_there_is_a_bar_on_a_terminal(terminal, monkeypatch):
    monkeypatch.setattr(display, "open_console", lambda stderr: terminal)
    with progress_bar("grading") as start:
        advance = start(2)
        advance()
        advance()

    assert "grading" in terminal.file.getvalue() and "2/2" in terminal.file.getvalue()


def test_there_is_no_bar_in_a_log(capsys):
    with progress_bar("grading") as start:
        start(2)()

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("verdict", "good", "all_good"),
    [
        ("passed", True, True),
        ("todo", True, False),
        ("failed", False, False),
        ("broken", False, False),
        ("timeout", False, False),
    ],
)
def test_what_is_wrong_is_what_was_started(verdict, good, all_good):
    verdicts = [Verdict("01.1", "T", verdict, "", 0, 1, 0.1)]

    assert (exit_code(verdicts) == 0) is good
    assert (exit_code(verdicts, every=True) == 0) is all_good
