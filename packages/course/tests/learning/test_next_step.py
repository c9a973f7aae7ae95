"""`course next` knows what to read or write, and prints its path."""

import pytest
from sample_course import solve


@pytest.fixture(autouse=True)
def no_servers(monkeypatch, tmp_path):
    """Whatever runs on this machine, no Jupyter server is seen."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


def test_a_part_begins_with_its_notebook(run):
    assert run("next", "--print") == (0, "notebooks/01_first/1_years.ipynb\n", "")


def test_once_its_exercises_are_begun_the_first_open_one_comes(run, years):
    years.answer.write_text("def elapsed(since, until): ...")

    assert run("next", "--print")[1] == "exercises/01_first/years.py\n"


@pytest.mark.usefixtures("quick_grader")
def test_after_a_pass_comes_the_next_part_and_then_the_next_lesson(run, sample, years):
    solve(years)
    run("test")
    assert run("next", "--print")[1] == "notebooks/01_first/2_greet.ipynb\n"

    solve(*sample.find("01"))
    run("test")
    assert run("next", "--print")[1] == "notebooks/02_more/1_more.ipynb\n"


@pytest.mark.usefixtures("quick_grader")
def test_when_all_has_passed_nothing_comes(run, sample):
    solve(*sample.exercises)
    run("test")

    assert run("next") == (0, "", "course: All exercises have passed.\n")


def test_without_a_jupyterlab_it_says_how_to_start_one(run):
    code, out, err = run("next")

    assert (code, out) == (0, "notebooks/01_first/1_years.ipynb\n")
    assert "`make lab` starts one" in err
