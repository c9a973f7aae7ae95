"""The commands a learner types, from the outside: what is printed, and the exit code."""

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from sample_course import QuickGrader, rewrite, solve

from course.lessons.stubs import stub_text

pytestmark = pytest.mark.usefixtures("quick_grader")


def test_course_alone_says_where_you_are_and_what_is_next(run, sample):
    code, out, _ = run()

    assert code == 0
    assert out.splitlines()[0] == "Sample"
    assert [line.split()[-3:] for line in out.splitlines()[2:4]] == [["0", "of", "2"]] * 2
    assert "Next: 01.1 Years elapsed\n  read   notebooks/01_first/1_years.ipynb\n" in out
    assert "  edit   exercises/01_first/years.py\n  grade  course test 01.1\n" in out
    assert not sample.state.exists()


def test_course_alone_counts_what_has_passed(run, sample):
    solve(*sample.find("01"))
    run("test", "01")
    code, out, _ = run()

    assert code == 0
    assert "2 of 2" in out and "Next: 02.1 Double" in out

    solve(*sample.exercises)
    run("test")
    assert "All exercises have passed." in run()[1]


def test_a_fresh_course_is_not_wrong_but_not_done_either(run):
    code, out, _ = run("test")

    assert code == 0
    assert out.count("to do") == 5
    assert out.endswith("4 to do: 0 of 5 points\n")
    assert run("test", "--all")[0] == 1


def test_what_was_started_and_is_wrong_fails_with_its_message_and_a_way_on(run, sample):
    solve(*sample.find("02"))
    sample.find("01.1")[0].answer.write_text(
        "def elapsed(since, until):\n    return since - until\n"
    )
    code, out, _ = run("test")

    assert code == 1
    assert "01 First steps\n  failed     01.1  Years elapsed\n      never negative\n" in out
    assert "course hint 01.1 gives a hint." in out
    assert "  passed     02.2  Test the years  (1 point, 0.1 s)" in out
    assert "2 passed, 1 failed, 1 to do: 2 of 5 points" in out


def test_one_lesson_or_one_exercise_is_graded(run, sample, quick_grader):
    solve(*sample.exercises)

    assert "(2 points, 0.1 s)" in run("test", "1.1")[1]
    assert quick_grader.graded == ["01.1"]
    assert run("test", "02", "--all")[0] == 0
    assert sorted(quick_grader.graded[1:]) == ["02.1", "02.2"]


def test_json_is_one_object_and_nothing_else(run, sample):
    solve(sample.find("01.2")[0])
    code, out, _ = run("test", "01", "--json")

    assert code == 0
    assert json.loads(out) == {
        "course": "Sample",
        "exercises": [
            {
                "id": "01.1",
                "title": "Years elapsed",
                "verdict": "todo",
                "message": "",
                "points": 0,
                "possible": 2,
                "seconds": 0.1,
            },
            {
                "id": "01.2",
                "title": "A greeting",
                "verdict": "passed",
                "message": "Whoever is greeted comes back.",
                "points": 1,
                "possible": 1,
                "seconds": 0.1,
            },
        ],
    }


def test_junit_is_written_for_build_servers(run, sample, sample_root):
    solve(sample.find("01.1")[0])
    sample.find("01.2")[0].answer.write_text("hello, nobody\x1b\n")
    run("test", "--junit", "out/results.xml")
    suite = ElementTree.parse(sample_root / "out/results.xml").getroot()[0]

    counts = {key: suite.get(key) for key in ("name", "tests", "failures", "errors", "skipped")}
    assert counts == {
        "name": "Sample",
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "2",
    }
    assert [case.get("name") for case in suite][:2] == ["01.1 Years elapsed", "01.2 A greeting"]
    assert suite[1].find("failure").get("message") == "Greet the world"
    properties = {item.get("name"): item.get("value") for item in suite[0].find("properties")}
    assert properties == {"points": "2", "possible": "2"}


@pytest.mark.parametrize("command", ["test", "watch", "hint", "show", "solution", "reset"])
def test_an_unknown_exercise_is_a_wrong_call_with_a_suggestion(run, command):
    code, out, err = run(command, "01.9")

    assert (code, out) == (2, "")
    assert err.startswith("course: There is no lesson or exercise '01.9'. Did you mean 01")


def test_a_lesson_where_one_exercise_is_meant_is_a_wrong_call(run):
    code, _, err = run("hint", "01")

    assert code == 2
    assert "01 is a lesson; name one of its exercises: 01.1, 01.2." in err


def test_a_lesson_that_is_not_described_well_is_a_sentence_and_no_traceback(run, sample_root):
    rewrite(sample_root / "exercises/01_first/lesson.toml", "points", "pionts")
    code, _, err = run()

    assert code == 2
    assert "exercise 01.1: pionts: is an unknown key; did you mean points?" in err


def test_an_unknown_option_is_a_wrong_call(run):
    assert run("test", "--everything")[0] == 2


def test_hints_come_one_by_one_and_are_remembered(run):
    assert run("hint", "01.1")[1] == "Hint 1 of 3: Which year is later?\n"
    assert run("hint", "01.1")[1] == "Hint 2 of 3: Subtract.\n"
    assert run("hint", "01.1")[1] == "Hint 3 of 3: `until - since`\n"
    assert run("hint", "01.1")[1].splitlines()[0] == "Hint 1 of 3: Which year is later?"
    assert len(run("hint", "01.1")[1].splitlines()) == 3


def test_show_tells_all_about_an_exercise(run):
    run("hint", "01.1")
    _, out, _ = run("show", "01.1")

    assert out.startswith("01.1 Years elapsed\n\nDo the first.\n\nstate   to do\n")
    facts = dict(line.split(None, 1) for line in out.splitlines()[4:])
    assert facts == {
        "state": "to do",
        "points": "2",
        "edit": "exercises/01_first/years.py",
        "tests": "exercises/01_first/tests/test_years.py",
        "read": "notebooks/01_first/1_years.ipynb",
        "time": "about 2 minutes (an estimate)",
        "fills": "packages/demo/src/demo/years.py",
        "limit": "20 s",
        "hints": "1 of 3 read",
    }


def test_show_does_without_a_brief_tests_and_hole(run, sample_root):
    (sample_root / "exercises/02_more/README.md").unlink()
    _, out, _ = run("show", "02.1")

    assert out.startswith("02.1 Double\n\nstate   to do\n")
    assert "tests" not in out and "fills" not in out


def test_a_brief_ends_where_the_next_heading_begins(run, sample_root):
    readme = sample_root / "exercises/01_first/README.md"
    readme.write_text("# A\n\n## 01.1 Years\n\nOne.\n\n### A part\n\nTwo.\n\n## 01.10 Other\n")
    assert "One.\n\n### A part\n\nTwo.\n\nstate" in run("show", "01.1")[1]

    readme.write_text("# A\n\n## 01.10 Other\n")
    assert "Other" not in run("show", "01.1")[1]


def test_the_solution_is_for_those_who_have_passed_or_insist(run, sample):
    code, out, _ = run("solution", "01.1")
    assert code == 1
    assert "return until - since" not in out and "--reveal" in out

    code, out, _ = run("solution", "01.1", "--reveal")
    assert code == 0
    assert out == sample.find("01.1")[0].solution.read_text()

    solve(sample.find("01.1")[0])
    run("test", "01.1")
    assert run("solution", "01.1")[0] == 0


def test_the_solution_of_a_notebook_is_its_answer_cells(run):
    _, out, _ = run("solution", "02.1", "--reveal")

    assert out == "# cell answer\ndef double(x):\n    return 2 * x\n"


def test_reset_brings_the_stub_back_and_keeps_the_answer(run, sample, years):
    years.answer.write_text("mine = 1\n")
    code, out, _ = run("reset", "01.1")
    (backup,) = (sample.state / "backups" / "01.1").iterdir()

    assert code == 0
    assert years.answer.read_text() == stub_text(years)
    assert backup.read_text() == "mine = 1\n"
    assert backup.relative_to(sample.root).as_posix() in out
    assert backup.name.startswith("20") and backup.name.endswith("_years.py")


def test_reset_works_where_the_answer_is_gone_or_a_folder(run, sample, years):
    years.answer.unlink()
    assert "kept" not in run("reset", "01.1")[1]

    years.answer.unlink()
    years.answer.mkdir()
    (years.answer / "a.txt").write_text("a")
    run("reset", "01.1")
    assert years.answer.read_text() == stub_text(years)
    assert [path.name for path in sample.state.rglob("a.txt")] == ["a.txt"]


def test_assemble_puts_passed_answers_into_their_holes(run, sample, years):
    _, out, _ = run("assemble", "build/mine")
    module = sample.root / "build/mine/demo/src/demo/years.py"
    assert out.startswith("None of your answers has passed yet")
    assert module.read_bytes() == years.hole.read_bytes()

    years.solution.write_text(f"{years.solution.read_text()}# mine\n")
    solve(years)
    code, out, _ = run("assemble", "build/mine")
    assert (code, out) == (0, "01.1 Years elapsed: yours, as demo/src/demo/years.py\n")
    assert module.read_text().endswith("# mine\n")


def test_watch_ends_when_all_has_passed(run, sample):
    solve(*sample.find("01"))
    run("test", "01")

    code, out, _ = run("watch", "01")
    assert code == 0
    assert "All of these exercises have passed." in out


def test_author_sync_says_what_it_wrote_and_what_it_kept(run, years):
    assert run("author", "sync")[:2] == (0, "8 files in sync.\n")

    years.answer.write_text("mine = 1\n")
    code, out, err = run("author", "sync")
    assert code == 1
    assert "kept    exercises/01_first/years.py" in out and "--force" in err

    code, out, _ = run("author", "sync", "01.1", "--force")
    assert (code, out.splitlines()[0]) == (0, "written exercises/01_first/years.py")


def test_author_check_prints_a_line_for_each_exercise(run):
    code, out, _ = run("author", "check")
    lines = out.splitlines()

    assert code == 0
    marks = "stub ok  forced ok  solution ok  variants ok  mistakes ok  tests ok"
    assert lines[1] == f"ok  01.1     Years elapsed   {marks}"
    assert [line.split()[1] for line in lines[:6]] == [
        "01_first",
        "01.1",
        "01.2",
        "02_more",
        "02.1",
        "02.2",
    ]
    assert lines[-1] == "All in order."


def test_author_check_fails_with_what_is_wrong(run, sample_root):
    (sample_root / "notebooks/01_first/1_years.ipynb").unlink()
    code, out, _ = run("author", "check", "01")

    assert code == 1
    assert out.startswith("NO  01_first First steps\n      there is no notebook notebooks/01_fi")
    assert out.endswith("\n1 of 3 are not in order.\n")


def test_author_check_names_folders_that_are_no_lessons(run, sample_root):
    (sample_root / "solutions/03_gone").mkdir()
    code, out, _ = run("author", "check")

    assert code == 1
    assert "solutions/03_gone is no lesson: it has no lesson.toml" in out


def test_author_new_lists_what_it_wrote(run, sample_root):
    code, out, _ = run("author", "new", "03_third")

    assert code == 0
    assert "exercises/03_third/lesson.toml" in out.splitlines()
    assert all((sample_root / line).is_file() for line in out.splitlines())


@pytest.mark.slow
def test_author_run_notebooks_stores_fresh_outputs_and_new_stubs(run, sample_root, double):
    rewrite(double.solution, '"start = 4"', '"start = 5"')
    code, out, _ = run("author", "run-notebooks", "02")

    assert (code, out.splitlines()[-1]) == (0, "fresh     solutions/02_more/double.ipynb")
    assert '"10"' in double.solution.read_text()
    assert "start = 5" in double.answer.read_text()

    rewrite(sample_root / "notebooks/01_first/1_years.ipynb", '"1 + 1"', '"1 / 0"')
    code, out, _ = run("author", "run-notebooks", "01")
    assert code == 1
    assert "ZeroDivisionError" in out


def test_where_you_are_needs_none_of_the_slow_packages(sample_root):
    program = (
        "import sys\nfrom course.cli.main import main\nsys.argv = ['course']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "slow = {'pytest', 'numpy', 'nbformat', 'nbclient', 'zmq', 'psutil'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=sample_root, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr.decode()


def test_the_package_can_be_run(sample_root):
    done = subprocess.run(
        [sys.executable, "-m", "course", "hint", "01.1"],
        cwd=sample_root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "Hint 1 of 3: Which year is later?\n"
    assert not QuickGrader.graded
