"""`%check`, `%hint` and `%progress` tell in a notebook what the commands tell in a terminal."""

import os
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from jupyter_client.manager import start_new_kernel
from sample_course import rewrite, solve

from course.jupyter import magics as magic
from course.pages.templates import render


@pytest.fixture
def check(sample_root, monkeypatch, capsys):
    """Runs `%check` in the folder of the sample's notebooks; returns what the cell shows."""
    monkeypatch.chdir(sample_root / "notebooks")

    def call(line=""):
        magic.check(line)
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    yield call
    if magic.grader_of.cache_info().currsize:
        magic.grader_of(sample_root).close()
        magic.grader_of.cache_clear()


def test_an_unknown_exercise_is_a_sentence(check):
    assert check("01.7").startswith("There is no lesson or exercise '01.7'. Did you mean 01.")


def test_outside_a_course_it_says_so(check, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert check("01.1").startswith("No course here:")


def test_where_nothing_was_started_it_says_what_is_next(check):
    assert check().startswith("None of these exercises has been started.\nNext: 01.1 Years")


def test_without_an_id_the_exercises_are_those_of_the_notebooks_folder(
    check, sample_root, monkeypatch
):
    folder = sample_root / "notebooks/02_more"
    monkeypatch.chdir(folder)

    assert "Next: 02.1 Double" in check()


@pytest.mark.slow
def test_the_words_are_those_of_course_test_without_colours(check, run, years, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a notebook's kernel
    solve(years)
    rewrite(years.answer, "until - since", "since - until")
    shown = check("01.1")
    monkeypatch.delenv("FORCE_COLOR")

    assert shown == run("test", "01.1")[1]
    assert "failed     01.1  Years elapsed\n      Years elapsed are never negative." in shown


@pytest.mark.slow
def test_a_pass_counts_as_one_of_course_test(check, run, years):
    solve(years)

    assert "  passed     01.1" in check("1.1")
    assert "1 of 2" in run()[1]


@pytest.mark.slow
def test_an_untouched_stub_is_told_that_only_what_is_saved_counts(check):
    assert check("01.2").endswith("what is graded is what you have saved.\n")


def test_a_comment_is_none_of_the_names_and_each_of_these_is_looked_for(check):
    assert check("01.1, 01.7  # both").startswith("There is no lesson or exercise '01.7'. Did")


@pytest.mark.slow
def test_several_exercises_are_graded_each_once(check, years):
    solve(years)
    shown = check("01.1 02.1, 1.1 # twice")

    assert shown.count("  passed     01.1") == 1 and shown.count("to do      02.1") == 1


@pytest.mark.slow
def test_alone_it_grades_what_was_started_and_no_more(check, years):
    solve(years)
    shown = check()

    assert "passed     01.1" in shown and "to do      01.2" not in shown


@pytest.mark.slow
def test_the_second_check_finds_the_processes_of_the_first(check, sample_root, years):
    solve(years)
    check("01.1")
    grader = magic.grader_of(sample_root)
    check("01.1")

    assert magic.grader_of(sample_root) is grader


@pytest.mark.slow
def test_the_answer_is_never_loaded_into_the_notebooks_kernel(sample_root, years):
    years.answer.write_text(
        "import os\nos.environ['SEEN'] = 'yes'\ndef elapsed(a, b): return b - a"
    )
    manager, client = start_new_kernel(cwd=str(sample_root), env={**os.environ, "SEEN": "no"})
    texts, cards = [], []

    def listen(message):
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])
        elif "data" in message["content"]:
            cards.append(message["content"]["data"])

    try:
        cell = "%load_ext course\n%check 01.1\nimport os, sys\n"
        cell += "print(os.environ['SEEN'], 'demo' in sys.modules)"
        reply = client.execute_interactive(cell, output_hook=listen, timeout=120)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        manager.cleanup_resources()

    assert reply["content"]["status"] == "ok"
    assert "  passed     01.1" in cards[-1]["text/plain"]
    assert "grading 01.1" in cards[1]["text/plain"]
    assert '<div class="course-card passed">' in cards[-1]["text/html"]
    assert texts == ["no False\n"]


@pytest.mark.slow
def test_a_card_has_what_was_called_what_came_back_and_which_hint_comes_next(
    check, years, monkeypatch
):
    cards = []
    monkeypatch.setattr(magic, "display", cards.append)
    years.answer.write_text("def elapsed(since, until):\n    return '<b>' + str(since - until)\n")
    magic.hint("01.1")
    magic.check("01.1")
    card = cards[1]

    assert cards[0].text == "Hint 1 of 3: Which year is later?"
    assert "Years elapsed are never negative.</p>" in card.html
    assert '<th scope="row">called</th><td><pre>elapsed(1990, 2000)</pre></td>' in card.html
    assert "&lt;b&gt;-10" in card.html and "<b>" not in card.html
    assert "<code>%hint 01.1</code> gives hint 2 of 3." in card.html
    assert "(as saved 0 s ago)" in card.html or "(as saved 1 s ago)" in card.html
    assert check


@pytest.mark.slow
def test_after_a_pass_a_card_has_the_solution_and_what_comes_next(check, years, monkeypatch):
    cards = []
    monkeypatch.setattr(magic, "display", cards.append)
    solve(years)
    magic.check("01.1")
    assert check and "until - since" in cards[0].html

    assert "An age that counts forward can be compared." in cards[0].html
    assert '<a href="01_first/2_greet.ipynb">01_first/2_greet.ipynb</a>, edit <a' in cards[0].html
    assert "`course solution 01.1` shows ours.\nNext: 01.2 A greeting" in cards[0].text


def test_progress_is_that_of_the_terminal(check, run, capsys):
    magic.progress("")
    assert check

    assert capsys.readouterr().out.split() == run()[1].split()


def test_a_hint_is_for_one_exercise(check, capsys):
    magic.hint("01")
    assert check

    assert capsys.readouterr().out == "Name one exercise, as in %hint 03.2.\n"


def test_code_in_a_sentence_is_code_and_what_a_learner_wrote_is_escaped():
    page = render("card.html.jinja", items=[], remarks=["`<b>` & `x` or `"], next=None)

    assert "<p><code>&lt;b&gt;</code> &amp; <code>x</code> or `</p>" in page


def test_a_cell_that_is_stopped_says_so_and_shows_no_traceback(monkeypatch):
    cards = []
    shown = SimpleNamespace(update=cards.append)
    monkeypatch.setattr(magic, "get_ipython", lambda: shown)
    monkeypatch.setattr(magic, "display", lambda *_, **__: shown)
    monkeypatch.setattr(magic, "load_course", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt) as stopped:
        magic.check("01.1")

    assert cards[-1].text == "Stopped: there is no verdict."
    assert stopped.value._render_traceback_() == []  # pylint: disable=protected-access
