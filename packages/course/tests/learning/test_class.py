"""A teacher grades a class: each different answer once, whatever a submission may be."""

import csv
import json
import os
import subprocess
import zipfile
from dataclasses import replace

import pytest
from sample_course import rewrite, solve

from course.classroom.grading import RECORD
from course.classroom.submissions import ClassError, Source, sources_of, take
from course.lessons.stubs import stub_text

YEARS, GREETING = "exercises/01_first/years.py", "exercises/01_first/greeting.txt"
RIGHT = "def elapsed(since, until):\n    return until - since\n"
WRONG = "def elapsed(since, until):\n    return since - until\n"
OTHER_NAMES = '"""Mine."""\n\n\ndef elapsed(a, b):\n    # later minus earlier\n    return b - a\n'


@pytest.fixture
def handed_in(tmp_path):
    """Makes the folder of a learner with these answers."""

    def make(name, answers):
        folder = tmp_path / "class" / name
        for path, text in answers.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def grade(run, tmp_path, quick_grader):
    """Grades the folder `class`, not isolated; returns the report and what was printed."""
    assert quick_grader
    out = tmp_path / "out"

    def graded(*options, where=tmp_path / "class"):
        code, text, errors = run("class", str(where), "--weak", "--out", str(out), *options)
        assert code == 0, errors
        return json.loads((out / "class.json").read_text(encoding="utf-8")), text + errors

    return graded


@pytest.fixture
def taken(sample, tmp_path):
    """Takes the answers of one submission."""

    def take_one(where, before=""):
        return take(Source("ada", str(where)), sample.exercises, tmp_path / "taken", before)

    return take_one


def git(folder, *arguments, date="2026-11-01T12:00:00"):
    """Run git in a folder, as somebody, at a date."""
    who = {
        f"GIT_{role}_{what}": "a@b.c"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(
        command, env={**os.environ, **who, **dates}, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def commit(folder, date="2026-11-01T12:00:00"):
    """Commit all of a folder, a repository from now on."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "Answer", date=date)
    return git(folder, "rev-parse", "HEAD")


def of(report, name, exercise="01.1"):
    """Return the verdict of a submission on an exercise."""
    (submission,) = [item for item in report["submissions"] if item["name"] == name]
    return next(item for item in submission["verdicts"] if item["id"] == exercise)


def test_points_rates_and_known_mistakes_are_reported(grade, handed_in, years, tmp_path):
    handed_in("ada", {YEARS: years.solution.read_text(), GREETING: "hello, nobody\n"})
    handed_in("bob", {YEARS: WRONG})
    handed_in("cem", {YEARS: WRONG.replace("since - until", "2 * (since - until)")})
    report, text = grade()

    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0][:4] == ["name", "01.1 (2)", "01.2 (1)", "02.1 (1)"]
    assert [row[:2] for row in rows[1:]] == [["ada", "2"], ["bob", "0"], ["cem", "0"]]
    assert report["exercises"][0]["pass_rate"] == 0.333
    assert report["exercises"][0]["mistakes"] == {
        "the wrong way round": 1,
        "the wrong way round or adds or one too many": 1,  # one sentence is told of all three
    }
    assert of(report, "bob")["message"] == "never negative"
    assert "01.1 Years elapsed" in text and "3 submissions" in text


def test_every_report_says_on_top_that_answers_were_not_isolated(grade, handed_in, tmp_path):
    handed_in("ada", {YEARS: WRONG})
    report, text = grade()

    head = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8").splitlines()[0]
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert all("not isolated" in it for it in (text.splitlines()[0], report["warning"], head))
    assert page.index("not isolated") < page.index("<h1>")


def test_equal_answers_are_graded_once_and_untouched_stubs_never(
    grade, handed_in, years, quick_grader
):
    for name in ("ada", "bob", "cem"):
        handed_in(name, {YEARS: WRONG})
    handed_in("dee", {YEARS: stub_text(years)})
    report, _ = grade()

    assert quick_grader.graded == ["01.1"]
    assert [of(report, name)["verdict"] for name in ("ada", "bob", "cem", "dee")] == [
        *["failed"] * 3,
        "todo",
    ]


def test_a_stub_of_an_older_version_of_the_course_is_still_to_do(
    grade, handed_in, sample_root, years
):
    old = "# TODO: years, please\n"
    years.answer.write_text(old)
    commit(sample_root)
    years.answer.write_text(stub_text(years))
    commit(sample_root)
    handed_in("ada", {YEARS: old})
    handed_in("bob", {YEARS: old.replace("please", "at once")})
    report, _ = grade()

    assert of(report, "ada")["verdict"] == "todo"
    assert of(report, "bob")["verdict"] == "failed"


def test_what_a_teacher_once_committed_as_an_answer_is_no_stub(
    grade, handed_in, sample_root, years
):
    solve(years)
    commit(sample_root)
    handed_in("ada", {YEARS: years.solution.read_text()})

    assert of(grade()[0], "ada")["verdict"] == "passed"


def test_the_tests_and_holes_are_the_teachers(grade, handed_in):
    handed_in("ada", {YEARS: WRONG, "exercises/01_first/tests/test_years.py": "def test(): pass\n"})

    assert of(grade()[0], "ada")["verdict"] == "failed"


def test_after_an_interruption_only_the_rest_is_graded(grade, handed_in, quick_grader, tmp_path):
    handed_in("ada", {YEARS: WRONG})
    grade()
    with (tmp_path / "out" / RECORD).open("a", encoding="utf-8") as file:
        file.write('{"key": "01.2 weak')  # the power went off here
    handed_in("bob", {YEARS: RIGHT})
    grade()

    assert quick_grader.graded == ["01.1", "01.1"]
    assert len((tmp_path / "out" / RECORD).read_text(encoding="utf-8").splitlines()) == 2


def test_ctrl_c_keeps_what_was_graded_and_says_how_to_go_on(
    run, handed_in, quick_grader, tmp_path, monkeypatch
):
    handed_in("ada", {YEARS: WRONG, GREETING: "hello, nobody\n"})
    grade_one = quick_grader.grade

    def interrupted(self, exercise, *arguments, **options):
        if quick_grader.graded:
            raise KeyboardInterrupt
        return grade_one(self, exercise, *arguments, **options)

    arguments = ["class", str(tmp_path / "class"), "--weak", "--jobs", "1", "--out"]
    with monkeypatch.context() as patch:
        patch.setattr(quick_grader, "grade", interrupted)
        code, _, errors = run(*arguments, str(tmp_path / "out"))
    assert code == 130
    assert "the same command goes on from there" in errors
    assert not (tmp_path / "out" / "grades.csv").exists()

    assert run(*arguments, str(tmp_path / "out"))[0] == 0
    assert sorted(quick_grader.graded) == ["01.1", "01.2"]


def test_what_this_machine_could_not_grade_is_tried_again(
    run, handed_in, quick_grader, tmp_path, monkeypatch
):
    handed_in("ada", {YEARS: WRONG})
    grade_one = quick_grader.grade

    def in_trouble(self, *arguments, **options):
        verdict = grade_one(self, *arguments, **options)
        return replace(verdict, verdict="not verified", points=0, possible=0, trouble=True)

    arguments = ["class", str(tmp_path / "class"), "--weak", "--out", str(tmp_path / "out")]
    with monkeypatch.context() as patch:
        patch.setattr(quick_grader, "grade", in_trouble)
        code, _, errors = run(*arguments)
    assert code == 3 and "tries the rest again" in errors
    grades = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert grades[1].startswith("ada,,0,0,0,")  # no 0 for a platform to take

    assert run(*arguments)[0] == 0
    assert quick_grader.graded == ["01.1", "01.1"]


def test_changed_tests_grade_anew(grade, handed_in, quick_grader, years):
    handed_in("ada", {YEARS: WRONG})
    grade()
    rewrite(years.tests, "== 10", "== 9 + 1")
    grade()

    assert quick_grader.graded == ["01.1", "01.1"]


def test_only_the_exercises_that_are_asked_for_count(grade, handed_in):
    handed_in("ada", {YEARS: RIGHT})
    report, _ = grade("--exercises", "2.1,01.1")

    assert [item["id"] for item in report["exercises"]] == ["01.1", "02.1"]


def test_answers_that_differ_in_names_alone_are_side_by_side(grade, handed_in):
    handed_in("ada", {YEARS: OTHER_NAMES, GREETING: "hello, nobody"})
    handed_in("bob", {YEARS: OTHER_NAMES.replace("(a, b)", "(x, y)").replace("b - a", "y - x")})
    handed_in("cem", {YEARS: OTHER_NAMES.replace("b - a", "a - b")})
    handed_in("dee", {YEARS: OTHER_NAMES.replace("b - a", "-(a - b)"), GREETING: "hello,world#!"})
    handed_in("eve", {YEARS: OTHER_NAMES.replace("b - a", "b - max(a, 0)")})
    handed_in("fay", {YEARS: OTHER_NAMES.replace("b - a", "b - min(a, 0)")})
    groups = {group["exercise"]: group for group in grade()[0]["alike"]}

    assert groups["01.1"]["names"] == ["ada", "bob"] and groups["01.1"]["like_the_solution"]
    assert [text["names"] for text in groups["01.1"]["texts"]] == [["ada"], ["bob"]]
    assert groups["01.2"]["names"] == ["dee"]


@pytest.mark.parametrize(
    "disguised",
    [
        f"import os\n{OTHER_NAMES}",
        OTHER_NAMES.replace("(a, b)", "(a: int, b: int) -> int"),
        OTHER_NAMES.replace("    return", '    """Later."""\n    pass\n    return'),
        f"\ufeff{OTHER_NAMES}",
    ],
    ids=["an import before the docstring", "annotations", "idle lines", "a byte order mark"],
)
def test_what_is_changed_without_a_thought_hides_nothing(grade, handed_in, disguised):
    handed_in("ada", {YEARS: OTHER_NAMES})
    handed_in("bob", {YEARS: disguised})

    assert [group["names"] for group in grade()[0]["alike"]] == [["ada", "bob"]]


def test_what_is_like_the_solution_comes_last(grade, handed_in):
    handed_in("ada", {YEARS: OTHER_NAMES, GREETING: "hello, nobody"})
    handed_in("bob", {YEARS: OTHER_NAMES, GREETING: "hello, nobody"})
    handed_in("cem", {YEARS: OTHER_NAMES, GREETING: "hello,world#!"})
    groups = grade()[0]["alike"]

    assert [group["like_the_solution"] for group in groups] == [False, True, True]
    assert groups[0]["names"] == ["ada", "bob"]


def test_nothing_of_a_course_is_a_sentence_and_costs_nobody_else(grade, handed_in, tmp_path):
    handed_in("ada", {YEARS: WRONG})
    handed_in("bob", {"notes/diary.txt": "Dear diary"})
    (tmp_path / "class" / "cem").mkdir()
    (tmp_path / "class" / "dee.zip").write_bytes(b"PK no zip at all")
    report, text = grade()

    problems = {item["name"]: item["problem"] for item in report["submissions"]}
    assert problems["ada"] == ""
    assert problems["bob"] == problems["cem"]
    assert problems["bob"].endswith(f"up to two folders below, as {YEARS}.")
    assert problems["dee"] == "File is not a zip file"
    assert "cem: It has no answer" in text
    # a platform that reads the grades takes nothing for nothing
    grades = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert grades[1].startswith("ada,0,0,0,0,0,5,") and grades[4].startswith("dee,,,,,,5,")
    assert report["exercises"][0]["verdicts"] == {"failed": 1}
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert page.index("dee") < page.index("File is not a zip file")


def test_a_formula_is_no_name(grade, handed_in, tmp_path):
    handed_in("=1+1", {YEARS: WRONG})
    grade()

    assert "\n'=1+1," in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")


def test_what_learners_wrote_is_text_on_the_page(grade, handed_in, tmp_path):
    handed_in("<script>alert(1)</script>", {YEARS: "<script>alert(2)</script>"})
    grade()

    assert "<script" not in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")


def test_a_csv_names_submissions_of_any_kind(grade, handed_in, tmp_path, years):
    folder = handed_in("ada", {YEARS: years.solution.read_text()})
    commit(handed_in("bob", {YEARS: WRONG}))
    git(tmp_path, "clone", "--quiet", "--bare", "class/bob", "bare.git")
    with zipfile.ZipFile(tmp_path / "cem.zip", "w") as archive:
        archive.write(folder / YEARS, f"fork-main/{YEARS}")
    places = [
        "class/ada",
        "class/bob",
        "bare.git",
        f"file://{tmp_path}/bare.git",
        "cem.zip",
        "gone",
    ]
    rows = "\n".join(f"learner {number};{place}; n{number}" for number, place in enumerate(places))
    (tmp_path / "class.csv").write_text(f"Name;where;ID;\n\n{rows}\n", encoding="utf-8-sig")
    report, text = grade(where=tmp_path / "class.csv")

    verdicts = [of(report, f"learner {number}")["verdict"] for number in range(6)]
    assert verdicts == ["passed", "failed", "failed", "failed", "passed", "todo"]
    commits = [item["commit"] for item in report["submissions"]]
    assert (
        commits[1] == commits[2] == commits[3] == git(tmp_path / "class/bob", "rev-parse", "HEAD")
    )
    assert "learner 5: " in text and "is not there" in text
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        assert [row[:3] for row in csv.reader(file)][:2] == [
            ["name", "ID", "01.1 (2)"],
            ["learner 0", "n0", "2"],
        ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ada\n", "line 1: a name and a place are expected"),
        ("name,where\nada,x\n,y\n", "line 3: a name and a place are expected"),
        ("ada,x\nada,y\n", "two submissions of the name ada: .*/x and .*/y; rename one"),
        ("\n", "names no submissions"),
    ],
)
def test_a_list_that_is_wrong_names_the_line(tmp_path, text, says):
    (tmp_path / "class.csv").write_text(text)

    with pytest.raises(ClassError, match=says):
        sources_of(tmp_path / "class.csv")


def test_the_last_commit_before_the_date_counts(handed_in, taken):
    folder = handed_in("ada", {YEARS: WRONG})
    first = commit(folder, "2026-11-01T12:00:00")
    (folder / YEARS).write_text(RIGHT)
    second = commit(folder, "2026-11-03T12:00:00")
    (folder / YEARS).write_text("not committed")

    early, late = taken(folder, "2026-11-02"), taken(folder)
    assert (early.commit, late.commit) == (first, second)
    assert late.answers["01.1"].read_text() == RIGHT
    assert taken(folder, "2026-10-01").problem == "It has no commit before 2026-10-01."
    assert late.note.startswith("Its folder holds other answers than this commit")
    (folder / YEARS).write_text(RIGHT.replace("\n", "\r\n"))  # as git writes it on Windows
    assert not taken(folder).note


def test_a_repository_without_a_commit_is_a_sentence(handed_in, taken):
    git(handed_in("ada", {YEARS: RIGHT}), "init", "--quiet")

    assert taken(handed_in("ada", {})).problem == "It has no commit."


def test_what_has_no_history_is_noted_where_a_date_was_asked_for(handed_in, taken):
    assert "--before could not be" in taken(handed_in("ada", {YEARS: RIGHT}), "2026-11-02").note


@pytest.mark.parametrize("inner", ["course.zip", "course-main (1)/course-main/", "my-exercises/"])
def test_a_course_is_found_in_what_a_platform_or_a_person_put_around_it(
    handed_in, taken, inner, tmp_path
):
    folder = handed_in("ada_12_file", {"note.txt": ""})
    if inner.endswith("/"):
        handed_in("ada_12_file", {f"{inner}{YEARS}": RIGHT, "objects/HEAD": "no repository"})
    else:
        with zipfile.ZipFile(folder / inner, "w") as archive:
            archive.writestr(f"a/b/{YEARS}", RIGHT)

    assert taken(folder).answers["01.1"].read_text() == RIGHT
    if not inner.endswith("/"):  # another's is not taken by a link
        (folder / inner).rename(tmp_path / inner)
        (folder / inner).symlink_to(tmp_path / inner)
        assert not taken(folder).answers


@pytest.mark.parametrize("date", ["2026-11-02T18:00:00", "2026-11-02 18:00", "2026-11-02T18:00Z"])
def test_a_date_is_read_as_it_is_usually_written(grade, handed_in, date):
    commit(handed_in("ada", {YEARS: RIGHT}))

    assert grade("--before", date)[0]["before"].startswith("2026-11-02T18:00:00")


def test_what_is_no_date_is_told_how_to_be_one(run, handed_in):
    code, _, errors = run("class", str(handed_in("ada", {})), "--before", "30.11.2026")

    assert code == 2 and "30.11.2026 is no date" in errors and "2026-11-30T18:00" in errors


def test_a_folder_of_grades_is_not_committed_by_accident(run, handed_in, tmp_path, quick_grader):
    assert quick_grader
    handed_in("ada", {YEARS: WRONG})
    (tmp_path / "mine").mkdir()
    for out in ("new", "mine"):
        run("class", str(tmp_path / "class"), "--weak", "--out", str(tmp_path / out))

    assert (tmp_path / "new" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert not (tmp_path / "mine" / ".gitignore").exists()


def test_links_and_pipes_are_not_followed(handed_in, taken, years):
    folder = handed_in("ada", {"exercises/01_first/README.md": ""})
    (folder / YEARS).symlink_to(years.solution)
    os.mkfifo(folder / GREETING)
    (folder / "exercises" / "02_more").symlink_to(years.lesson.root / "solutions" / "02_more")

    assert taken(folder).answers == {}
    (folder / GREETING).unlink()
    commit(folder)
    assert taken(folder).answers == {}


def test_too_large_a_file_is_refused_and_the_rest_is_taken(handed_in, taken, tmp_path):
    folder = handed_in("ada", {YEARS: RIGHT, GREETING: "hello" * 2**20})
    with zipfile.ZipFile(tmp_path / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (YEARS, GREETING):
            archive.write(folder / path, path)

    for where in (folder, tmp_path / "ada.zip"):
        submission = taken(where)
        assert list(submission.answers) == ["01.1"]
        assert submission.refused == {"01.2": "greeting.txt has more than 2 MB: too large."}


def test_nothing_that_a_repository_names_is_started(handed_in, taken, tmp_path):
    folder = handed_in("ada", {YEARS: RIGHT})
    commit(folder)
    blob = git(folder, "rev-parse", f"HEAD:{YEARS}")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    script = tmp_path / "started.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    script.chmod(0o755)
    for key, value in {
        "remote.origin.url": str(tmp_path / "class"),
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(script),
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "core.fsmonitor": str(script),
    }.items():
        git(folder, "config", key, value)

    assert taken(folder).problem.startswith("git: ")
    assert not (tmp_path / "started").exists()


def test_strict_grading_that_is_not_to_be_had_grades_nothing(run, handed_in, tmp_path, monkeypatch):
    handed_in("ada", {YEARS: RIGHT})
    monkeypatch.setattr("course.grading.grader.trouble", lambda strict: "Use the sysctl.")
    code, text, errors = run("class", str(tmp_path / "class"), "--out", str(tmp_path / "out"))

    assert (code, text) == (2, "")
    assert "Nothing was graded" in errors and "Use the sysctl." in errors and "--weak" in errors
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_who_hangs_crashes_or_cheats_costs_nobody_else(run, handed_in, tmp_path, years):
    rewrite(years.lesson.path / "lesson.toml", "points = 2", "points = 2\ntime_limit_s = 2")
    answers = {
        "ada": RIGHT,
        "bob": "def elapsed(since, until):\n    while True: pass\n",
        "cem": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
        "dee": f"open({str(years.solution)!r})\n{RIGHT}",
        "eve": OTHER_NAMES,
    }
    for name, text in answers.items():
        handed_in(name, {YEARS: text})
    out = tmp_path / "out"
    options = ["--out", str(out), "--exercises", "01.1"]
    code, _, errors = run("class", str(tmp_path / "class"), *options)
    if "not to be had here" in errors:
        pytest.skip(f"not verified: {errors}")

    report = json.loads((out / "class.json").read_text(encoding="utf-8"))
    verdicts = [(name, of(report, name)["verdict"]) for name in answers]
    assert code == 0
    assert verdicts == [
        ("ada", "passed"),
        ("bob", "timeout"),
        ("cem", "failed"),
        ("dee", "broken"),
        ("eve", "passed"),
    ], report
    assert report["warning"] == ""
    assert ["ada", "eve"] in [group["names"] for group in report["alike"]]
