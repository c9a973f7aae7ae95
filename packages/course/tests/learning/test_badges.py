"""Badges: drawn from a report that nobody trusts, published on a branch of their own."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from sample_course import solve

ROOT = Path(__file__).parents[4]
CASE = (
    '<testcase classname="{lesson}" name="x"><properties><property name="points" value="{points}"/>'
    '<property name="possible" value="{possible}"/></properties>{rest}</testcase>'
)
TEXT = "{http://www.w3.org/2000/svg}text"


def case(lesson="lesson 03", points=2, possible=2, rest=""):
    return CASE.format(lesson=lesson, points=points, possible=possible, rest=rest)


def draw(report, folder):
    """Run the script as the workflow does; return what the badges say, and its remarks."""
    command = [sys.executable, "-I", ROOT / ".ci/badges.py", report, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    trees = {path.name: ElementTree.parse(path).getroot() for path in folder.glob("*.svg")}
    assert all(tree.get("role") == "img" for tree in trees.values())
    return {key: [it.text for it in tree.iter(TEXT)] for key, tree in trees.items()}, done.stderr


@pytest.fixture
def badges(tmp_path):
    def call(text):
        report = tmp_path / "grade.xml"
        report.write_bytes(text if isinstance(text, bytes) else text.encode())
        return draw(report, tmp_path / "badges")

    return call


def test_a_badge_for_each_lesson_and_one_for_the_course_say_the_points(badges, tmp_path):
    cases = case() + case(points=0, rest="<failure/>") + case("lesson 04", 1, 3)
    said, remarks = badges(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")

    assert not remarks
    assert said["lesson_03.svg"] == ["lesson 03", "2 of 4"]
    assert said["lesson_04.svg"] == ["lesson 04", "1 of 3"]
    assert said["course.svg"] == ["course", "3 of 7"]
    assert said["lesson_01.svg"] == ["lesson 01", "unknown"]  # a README links to it
    title = ElementTree.parse(tmp_path / "badges/course.svg").getroot()[0]
    assert title.text == "course: 3 of 7 points"


@pytest.mark.usefixtures("quick_grader")
def test_what_course_test_writes_is_what_is_drawn(run, sample, tmp_path):
    solve(sample.find("01.1")[0])
    run("test", "--junit", str(tmp_path / "grade.xml"))
    said, _ = draw(tmp_path / "grade.xml", tmp_path / "badges")

    assert said["lesson_01.svg"][1] == "2 of 3" and said["lesson_02.svg"][1] == "0 of 2"


def test_points_of_what_did_not_pass_and_points_beyond_the_possible_do_not_count(badges):
    cases = case(rest='<error message="x"/>') + case(points=900, possible=3)

    assert badges(f"<a>{cases}</a>")[0]["lesson_03.svg"][1] == "3 of 5"


BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>' + case("&c;") + "</a>"


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ("", "no XML"),
        (b"\xff\xfe\x00junk", "no XML"),
        ("<a>" + case(), "no XML"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "no XML"),
        (BOMB, "DOCTYPE"),
        ("<a>" + " " * 5 * 2**20 + "</a>", "larger than 4 MB"),
        ("<a>" + "<testcase/>" * 1001 + "</a>", "more than 1000 cases"),
        ("<a>" + case(points="9" * 5000) + "</a>", "no number"),
        ("<a>" + case(points="-1") + "</a>", "no number"),
        ("<a>" + case("lesson ../../x") + case("lesson ٣٣") + "</a>", "no case of a lesson"),
    ],
)
def test_a_report_that_cannot_be_used_draws_unknown_and_says_why(badges, report, reason):
    said, remarks = badges(report)

    assert said["course.svg"] == ["course", "unknown"]
    assert {values[1] for values in said.values()} == {"unknown"}
    assert reason in remarks and "Traceback" not in remarks


def test_a_report_that_is_not_there_draws_unknown(tmp_path):
    said, remarks = draw(tmp_path / "none.xml", tmp_path / "badges")

    assert said["course.svg"][1] == "unknown" and "No such file" in remarks


def git(*arguments, folder):
    command = ["git", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def publish(remote, folder):
    command = [ROOT / ".ci/publish_badges", remote, folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_branch_holds_the_badges_alone_and_one_commit(tmp_path):
    remote, folder = tmp_path / "fork.git", tmp_path / "badges"
    git("init", "-q", "--bare", remote, folder=tmp_path)
    folder.mkdir()
    (folder / "course.svg").write_text("<svg/>\n")
    (folder / "other.txt").write_text("not mine\n")

    assert publish(remote, folder).returncode == 0
    first = git("rev-parse", "badges", folder=remote)
    assert git("ls-tree", "-r", "--name-only", "badges", folder=remote) == "course.svg"

    assert "as they were" in publish(remote, folder).stdout
    assert git("rev-parse", "badges", folder=remote) == first

    (folder / "course.svg").write_text("<svg></svg>\n")
    assert publish(remote, folder).returncode == 0
    assert git("show", "badges:course.svg", folder=remote) == "<svg></svg>"
    assert git("rev-list", "--count", "badges", folder=remote) == "1"


def test_without_badges_or_without_the_remote_nothing_is_published(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "has no badges" in publish(tmp_path, tmp_path / "empty").stderr

    (tmp_path / "empty/course.svg").write_text("<svg/>")
    assert publish(tmp_path / "nowhere.git", tmp_path / "empty").returncode != 0


def test_the_job_that_may_write_runs_no_answer_and_the_one_that_runs_them_may_not_write():
    text = (ROOT / ".github/workflows/badges.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    commands = " ".join(step.get("run", "") for step in jobs["badges"]["steps"])

    assert jobs["grade"]["permissions"] == {"contents": "read"}
    assert jobs["badges"]["permissions"] == {"contents": "write"}
    assert not any(word in commands for word in ("make", "tox", ".venv", "course "))
