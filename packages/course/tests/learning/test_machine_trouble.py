"""What is wrong with a machine costs a remark or a verdict that says so, never the result."""

import json
import tempfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from sample_course import solve

from course.cli.display import open_console, show_verdicts
from course.cli.reports import exit_code, summary, to_json, write_junit
from course.grading import Grader, Verdict
from course.grading.explanations import Call, ending_of
from course.grading.grader import NOT_YOURS
from course.learner.messages import MachineTrouble
from course.lessons.needs import unmet_needs
from course.lessons.stubs import stub_text
from sandbox.confinement import Limits
from sandbox.supervisor import Outcome

RIGHT = "def elapsed(since, until):\n    return until - since\n"


@pytest.fixture(params=["a file", "a folder in place of the file"])
def closed_state(request, sample):
    """A `.course` to which nothing can be written, for root neither."""
    if request.param == "a file":
        sample.state.write_text("")
    else:
        (sample.state / "progress.json").mkdir(parents=True)
    return sample.state


@pytest.mark.usefixtures("quick_grader", "closed_state")
def test_what_cannot_be_remembered_costs_no_verdict(run, sample):
    solve(*sample.find("01"))
    code, out, err = run("test", "01")

    assert code == 0
    assert "2 passed: 3 of 3 points" in out
    assert err.startswith("course: This could not be remembered in ") and err.count("\n") == 1


@pytest.mark.usefixtures("quick_grader", "closed_state")
def test_what_cannot_be_remembered_costs_no_json_hint_or_assembly(run, sample):
    solve(sample.find("01.1")[0])

    assert run("test", "01.1", "--json")[1].startswith("{")
    assert run("hint", "01.1")[:2] == (0, "Hint 1 of 3: Which year is later?\n")
    code, out, err = run("assemble", "build/mine")
    assert (code, out) == (0, "01.1 Years elapsed: yours, as demo/src/demo/years.py\n")
    assert "could not be remembered" in err


@pytest.mark.usefixtures("quick_grader", "closed_state")
def test_stubs_are_synced_where_nothing_can_be_remembered(run, sample):
    sample.find("01.1")[0].answer.unlink()

    assert run("author", "sync", "01.1")[:2] == (
        0,
        "written exercises/01_first/years.py\n3 files in sync.\n",
    )


@pytest.mark.usefixtures("quick_grader")
def test_a_report_that_cannot_be_written_costs_no_verdict(run, sample):
    solve(*sample.find("01"))
    code, out, err = run("test", "01", "--junit", "exercises/01_first")

    assert (code, "2 passed" in out) == (0, True)
    assert err == "course: exercises/01_first could not be written: Is a directory.\n"


@pytest.mark.usefixtures("quick_grader")
def test_an_answer_that_cannot_be_kept_is_not_reset(run, sample, years):
    sample.state.write_text("")
    years.answer.write_text(RIGHT)
    code, out, err = run("reset", "01.1")

    assert (code, out) == (3, "")
    assert err.startswith("course: Nothing was changed: your answer cannot be kept in ")
    assert years.answer.read_text() == RIGHT


@pytest.mark.usefixtures("quick_grader")
def test_a_memory_that_is_no_json_is_a_lost_one_for_sync_too(run, sample):
    sample.state.mkdir()
    (sample.state / "stubs.json").write_text("{")

    assert run("author", "sync")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("length", [59, 140])
def test_a_long_temporary_folder_is_no_trouble_for_a_notebook(
    double, sample, tmp_path, monkeypatch, length
):
    folder = tmp_path / "x"
    folder = folder.with_name("x" * max(1, length - len(str(tmp_path)) - 1))
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    solve(double)
    with Grader(sample) as grader:
        verdict = grader.grade(double)

    assert (verdict.verdict, verdict.message) == ("passed", double.passed)


@pytest.mark.slow
def test_a_kernel_that_does_not_start_is_no_failure_of_the_learner(double, sample, monkeypatch):
    monkeypatch.setenv("SANDBOX_NO_FORK", "1")
    monkeypatch.setenv("PYTHONPATH", str(sample.root))
    # whoever has no ipykernel has no kernel
    monkeypatch.setattr("course.grading.grader.scrubbed_environment", lambda: broken(sample))
    solve(double)
    with Grader(sample) as grader:
        verdict = grader.grade(double)

    assert (verdict.verdict, verdict.points, verdict.trouble) == ("not verified", 0, True)
    assert verdict.message.startswith(NOT_YOURS + "the notebook's kernel does not start: ")


def broken(sample):
    """Return an environment in which the grader works and no kernel starts."""
    (sample.root / "sitecustomize.py").write_text(
        "import sandbox.kernel as kernel\nkernel.READY_S = 0.0\n"
    )
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(sample.root)}


def test_trouble_has_an_exit_code_of_its_own_and_takes_no_points(sample, capsys, tmp_path):
    lost = Verdict("01.1", "T", "not verified", f"{NOT_YOURS}no disk", 0, 0, 0.1, trouble=True)
    lacks = replace(lost, message="Not verified: needs docker", trouble=False)
    passed = Verdict("01.2", "T", "passed", "", 1, 1, 0.1)
    wrong = replace(passed, verdict="failed", points=0)

    assert exit_code([lost, passed]) == 3
    assert exit_code([lacks, passed], every=True) == 0
    assert exit_code([lost, wrong]) == 1
    assert summary([lost, passed]) == "1 passed, 1 not graded: 1 of 1 points"
    show_verdicts(open_console(), sample.find("01"), [lost, passed])
    assert (
        "  not graded 01.1  T\n      Not graded: something is wrong with" in capsys.readouterr().out
    )
    write_junit(tmp_path / "j.xml", sample, [lost, passed])
    assert 'failures="0" errors="0" skipped="1"' in (tmp_path / "j.xml").read_text()


def test_what_is_not_verified_is_listed_with_the_reason_in_every_report(sample, capsys, tmp_path):
    message = "Not verified: this needs podman.\n  what would help: sudo apt install podman"
    lacks = Verdict("01.1", "T", "not verified", message, 0, 0, 0.1)
    show_verdicts(open_console(), [sample.find("01.1")[0]], [lacks])
    write_junit(tmp_path / "j.xml", sample, [lacks])
    skipped = ElementTree.parse(tmp_path / "j.xml").getroot()[0][0].find("skipped")
    (reported,) = json.loads(to_json(sample, [lacks]))["exercises"]

    out = capsys.readouterr().out
    assert "      Not verified: this needs podman.\n        what would help: sudo apt" in out
    assert out.endswith("1 not graded: 0 of 0 points\n")
    assert (skipped.get("message"), skipped.text) == (message.partition("\n")[0], message)
    assert (reported["message"], reported["points"], reported["possible"]) == (message, 0, 0)


def test_a_container_engine_is_out_of_reach_for_an_answer_that_is_isolated(years, monkeypatch):
    needs = {"podman": "sudo apt install podman", "node": "sudo apt install nodejs"}
    exercise = replace(years, needs=needs)
    monkeypatch.setattr("shutil.which", lambda command: f"/usr/bin/{command}")

    assert unmet_needs(exercise) == {}
    assert unmet_needs(exercise, strict=True) == {"podman": "course test 01.1  (without --strict)"}


def test_a_scratch_folder_that_cannot_be_made_is_no_failure_of_the_learner(
    years, sample, monkeypatch
):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    years.answer.write_text(RIGHT)
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with Grader(sample) as grader:
        (verdict,) = grader.grade_many([years])

    assert (verdict.verdict, verdict.trouble) == ("not verified", True)
    assert "No space left on device" in verdict.message


def test_a_process_that_cannot_be_started_is_no_failure_of_the_learner():
    outcome = Outcome(None, None, "machine", "Resource temporarily unavailable")
    assert isinstance(ending_of(outcome, Limits(), Call()), MachineTrouble)


def test_a_grader_that_cannot_load_is_no_failure_of_the_learner(years, sample, monkeypatch):
    (sample.root / "course").mkdir()
    (sample.root / "course/__init__.py").write_text("raise SystemError('half installed')\n")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(sample.root)}
    monkeypatch.setattr("sandbox.zygote.scrubbed_environment", lambda: environment)
    years.answer.write_text(RIGHT)
    with Grader(sample) as grader:
        verdict = grader.grade(years)

    assert (verdict.verdict, verdict.trouble) == ("not verified", True)
    assert "the grader's own processes do not start" in verdict.message


def test_an_untouched_stub_is_to_do_on_any_machine(years, sample, monkeypatch):
    monkeypatch.setattr(tempfile, "mkdtemp", None)
    years.answer.write_text(stub_text(years))
    with Grader(sample) as grader:
        assert grader.grade(years).verdict == "todo"
