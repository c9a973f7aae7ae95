"""A learner's report: what is shown, what is not, and a page of it that needs nothing else."""

import importlib.resources
import re
from xml.etree import ElementTree

import pytest
from sample_course import QuickGrader, rewrite, solve

from course.grading import Verdict
from course.grading.grader import NOT_VERIFIED

pytestmark = pytest.mark.usefixtures("quick_grader")
WRONG = "def elapsed(since, until):\n    return since - until\n"
LACKS = "Not verified: this needs docker.\n  what would help: install it"
HOSTILE = "<script>alert('&')</script>\n\x1b[31mred\n  <b>fact</b>"
AA = 4.5  # WCAG 2.2, text


@pytest.fixture
def graded(monkeypatch):
    """Makes the grader say this of one exercise."""

    def say(exercise_id, verdict, message, trouble=False):
        usual = QuickGrader.grade

        def grade(grader, exercise, **options):
            said = usual(grader, exercise, **options)
            if exercise.id != exercise_id:
                return said
            possible = 0 if verdict == NOT_VERIFIED else exercise.points
            return Verdict(said.id, said.title, verdict, message, 0, possible, 0.5, trouble)

        monkeypatch.setattr(QuickGrader, "grade", grade)

    return say


@pytest.fixture
def page_of(run, tmp_path):
    """Makes the page, and returns it parsed: all of its elements are closed."""
    path = tmp_path / "report.html"

    def make(*which):
        run("report", *which, "--html", str(path))
        return ElementTree.fromstring(path.read_text(encoding="utf-8"))

    return make


def words(element):
    """Return the text of an element, with one space where there is any."""
    return " ".join("".join(element.itertext()).split())


def test_the_report_says_what_passes_show_and_what_is_wrong_by_its_first_sentence(
    run, sample, years, graded
):
    solve(sample.find("01.2")[0])
    years.answer.write_text(WRONG)
    graded("01.1", "failed", "An age is never negative.\n  returned: -10")
    code, out, _ = run("report")

    assert code == 1
    assert out.startswith(
        "01 First steps  1 of 3 points\n"
        "  [ ] subtract years  (01.1 failed)\n"
        "  [x] greet\n"
        "  failed      01.1  Years elapsed  (0 of 2 points, 0.5 s)\n"
        "      An age is never negative.\n"
        "  passed      01.2  A greeting  (1 of 1 point, 0.1 s)\n"
        "02 More  0 of 2 points, not started\n"
    )
    assert "returned" not in out
    assert out.endswith("\n1 passed, 1 failed, 2 to do: 1 of 5 points\n")


def test_an_objective_is_shown_by_all_of_its_exercises_and_not_by_some(run, sample):
    solve(sample.find("02.1")[0])
    assert "[ ] double and test  (02.2 to do)" in run("report", "02")[1]

    solve(sample.find("02.2")[0])
    code, out, _ = run("report", "02")
    assert (code, "[x] double and test" in out) == (0, True)


def test_of_an_objective_that_was_graded_in_part_nothing_is_said(run, sample):
    solve(*sample.exercises)
    out = run("report", "02.1")[1]

    assert "passed      02.1" in out
    assert not any(text in out for text in ("double and test", "02.2", "First steps"))


def test_a_pass_of_yesterday_is_not_one_of_today(run, years):
    solve(years)
    run("test", "01.1")
    years.answer.write_text(WRONG)

    assert "[ ] subtract years" in run("report", "01.1")[1]


def test_hints_are_told_and_cost_nothing(run, years, page_of):
    run("hint", "01.1")
    run("hint", "01.1")
    solve(years)

    assert "(2 of 2 points, 2 of 3 hints taken, 0.1 s)" in run("report", "01.1")[1]
    assert "(2 of 2 points, 2 of 3 hints taken, 0.1 s)" in words(page_of("01.1"))


def test_what_was_not_verified_is_told_with_the_reason_and_stands_apart_on_the_page(
    run, page_of, graded
):
    graded("01.1", NOT_VERIFIED, LACKS)
    code, out, _ = run("report", "01")

    assert code == 0
    reason = "      Not verified: this needs docker.\n        what would help: install it\n"
    assert f"  not graded  01.1  Years elapsed  (0.5 s)\n{reason}" in out
    assert "1 to do, 1 not graded: 0 of 1 points" in out
    page = page_of("01")
    assert [item.text for item in page.iter("pre")] == ["what would help: install it"]
    assert words(page).count("this needs docker") == 1
    assert "Not verified here" in [words(item) for item in page.iter("h2")]


def test_trouble_of_the_machine_ends_in_3(run, graded):
    graded("01.1", NOT_VERIFIED, "no space left", trouble=True)

    assert run("report", "01")[0] == 3


def test_passes_are_counted_as_checks_of_the_ml_test_score(run, sample_root, page_of, sample):
    lesson = sample_root / "exercises/01_first/lesson.toml"
    rewrite(lesson, 'file = "years.py"', 'file = "years.py"\nml_test_score = ["data-1", "infra-2"]')
    rewrite(lesson, 'id = "01.2"', 'id = "01.2"\nml_test_score = ["data-1", "data-3"]')
    assert "ML test score" not in run("report")[1]

    solve(sample.find("01.1")[0])
    assert "\nPasses show 2 of 28 checks of the ML test score.\n" in run("report")[1]
    assert "Passes show 2 of its 28 checks: data-1, infra-2." in words(page_of())


def test_the_page_needs_no_other_file_and_no_script(page_of, tmp_path, years):
    years.answer.write_text(WRONG)
    page_of()
    text = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert not re.findall(r"https?:|//|src=|url\(|@import|<script|<link", text)
    assert 'name="viewport" content="width=device-width' in text
    here = set(re.findall(r'id="([^"]*)"', text))
    assert {href.removeprefix("#") for href in re.findall(r'href="([^"]*)"', text)} <= here


def test_what_a_learner_wrote_is_text_and_no_markup(page_of, run, years, graded):
    years.answer.write_text(WRONG)
    graded("01.1", "failed", HOSTILE)
    page = page_of()

    assert not list(page.iter("script"))
    told = page.find(".//p[@class='told']").text
    assert told == "<script>alert('&')</script>\n\ufffd[31mred"
    assert page.find(".//pre").text == "<b>fact</b>"
    assert "\x1b" not in run("report")[1]


def test_sentences_and_facts_are_wrapped_and_tables_are_not(page_of, years, graded):
    years.answer.write_text(WRONG)
    graded("01.1", "failed", "Never negative.\n  called: elapsed\n  got:\n      a  b\n    0 1  2")
    item = page_of("01.1").find(".//li/p[@class='told']/..")

    assert [(it.tag, it.get("class"), it.text) for it in item if it.tag in ("p", "pre")] == [
        ("p", "told", "Never negative."),
        ("pre", "told", "called: elapsed\ngot:"),
        ("pre", None, "  a  b\n0 1  2"),
    ]


def test_the_picture_has_a_square_with_a_title_for_each_exercise(page_of, sample, years, graded):
    solve(sample.find("01.2")[0])
    years.answer.write_text(WRONG)
    graded("02.1", NOT_VERIFIED, LACKS)
    page = page_of()
    squares = {
        words(square.find("title")): square.find("use").get("href")
        for square in page.iter("svg")
        if square.find("title") is not None
    }
    rows = [row.get("aria-label") for row in page.findall(".//svg[@role='img']")]

    assert rows == ["1 of 2 exercises passed", "0 of 2 exercises passed"]
    assert squares == {
        "01.1 Years elapsed: failed": "#is-wrong",
        "01.2 A greeting: passed": "#is-passed",
        "02.1 Double: not graded": "#is-unknown",
        "02.2 Test the years: to do": "#is-to-do",
    }
    assert {item.get("id") for item in page.iter("symbol")} == {it[1:] for it in squares.values()}


def test_headings_descend_by_one_and_objectives_are_a_list(page_of, sample):
    solve(sample.find("01.1")[0])
    page = page_of()
    levels = [int(item.tag[1]) for item in page.iter() if re.fullmatch("h[1-6]", item.tag)]
    items = [words(item) for item in page.iter("li")]

    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
    assert "subtract years (shown by 01.1)" in items
    assert "double and test (not yet: 02.1 to do, 02.2 to do)" in items


def test_every_colour_can_be_read_in_light_and_dark(page_of):
    style = page_of().find(".//style").text
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", light))

    for scheme in (colours, colours | dict(re.findall(r"--([\w-]+): (#\w+);", dark))):
        for name in ("ink", "quiet", "passed", "failed", "todo", "not-verified"):
            assert contrast(scheme[name], scheme["page"]) >= AA, name
        assert contrast(scheme["ink"], scheme["soft"]) >= AA


def contrast(one, other):
    """Return the contrast of two colours, as WCAG defines it."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    """Return the relative luminance of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
    return sum(map(float.__mul__, (0.2126, 0.7152, 0.0722), linear))


def test_the_folder_of_the_page_is_made(run, tmp_path):
    path = tmp_path / "a" / "b" / "report.html"
    code, out, _ = run("report", "--html", str(path))

    assert code == 0
    assert out.endswith(f"The page is in {path}.\n")
    assert path.is_file()


def test_a_page_that_cannot_be_written_costs_a_sentence_and_not_the_report(run, tmp_path, years):
    solve(years)
    code, out, err = run("report", "--html", str(tmp_path))

    assert code == 3
    assert "[x] subtract years" in out and "1 passed, 3 to do: 2 of 5 points" in out
    assert err == f"course: The page could not be written to {tmp_path}: Is a directory.\n"


def test_a_page_replaces_a_page_and_nothing_else(run, tmp_path, years):
    path = tmp_path / "report.html"
    path.write_text("yesterday", encoding="utf-8")
    assert run("report", "--html", str(path))[0] == 0
    assert "yesterday" not in path.read_text(encoding="utf-8")

    years.answer.write_text(WRONG)
    code, _, err = run("report", "--html", str(years.answer))
    assert (code, years.answer.read_text()) == (2, WRONG)
    assert "is there already" in err


def test_the_templates_are_part_of_the_package():
    pages = importlib.resources.files("course.pages")

    assert pages.joinpath("report.html.jinja").is_file()
    assert pages.joinpath("style.css.jinja").is_file()
