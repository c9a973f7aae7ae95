"""A fork on real git histories: it takes newer versions of the course, and shows its badges."""

import datetime
import json
import subprocess

import pytest
from sample_course import code_cell, notebook_text, rewrite, solve

from course.lessons import load_course

TODAY = datetime.date.today().isoformat()
LESSON = "exercises/01_first/lesson.toml"
YEARS = "exercises/01_first/years.py"
BOOK = "notebooks/01_first/1_years.ipynb"
MINE = b"def elapsed(since, until):\r\n    return 7  # mine, with Windows' line ends\r\n"
THIRD = """\
title = "Last"
[[part]]
notebook = "1_last.ipynb"
title = "Last"
exercises = ["03.1"]
[[objective]]
text = "end"
exercises = ["03.1"]
[[exercise]]
id = "03.1"
title = "The end"
file = "end.txt"
hints = ["a", "b", "c"]
passed = "Done."
stub = "...\\n"
"""


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder, message="Change"):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)


@pytest.fixture(autouse=True)
def somebody(monkeypatch, tmp_path):
    """Git knows a name, and no settings of this machine."""
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


@pytest.fixture
def fork(sample_root):
    (sample_root / ".gitattributes").write_text("* text=auto eol=lf\n")
    (sample_root / ".gitignore").write_text(".course/\n__pycache__/\n")
    (sample_root / "README.md").write_text("# Sample\n\nOne.\n\nTwo.\n\nThree.\n")
    git(sample_root, "init", "-q")
    commit(sample_root, "The course")
    return sample_root


@pytest.fixture
def upstream(fork, tmp_path):
    """The course's repository, which `fork` was cloned from."""
    folder = tmp_path / "upstream"
    git(tmp_path, "clone", "-q", fork, folder)
    git(fork, "remote", "add", "upstream", str(folder))
    return folder


def change_book(folder, source):
    (folder / BOOK).write_text(notebook_text(code_cell("a", source)))


def new_stub(upstream):
    rewrite(upstream / YEARS, '"""Years."""', '"""Years, and only years."""')
    commit(upstream, "Say it better")


def test_an_answer_stays_byte_for_byte_and_a_stub_that_changed_under_it_is_reported(
    run, fork, upstream
):
    (fork / YEARS).write_bytes(MINE)
    new_stub(upstream)
    old, new = git(fork, "rev-parse", "HEAD"), git(upstream, "rev-parse", "HEAD")
    code, out, _ = run("update")

    assert code == 0
    assert (fork / YEARS).read_bytes() == MINE
    assert "01.1: the file you were given has changed since" in out
    assert f"`git diff {old[:10]} {new[:10]} -- {YEARS}` shows how" in out
    assert git(fork, "rev-parse", "HEAD^2") == new  # a merge, so that the next one works
    assert git(fork, "status", "--porcelain") == ""
    assert "newest version" in run("update")[1]


def test_an_answer_that_is_still_the_stub_becomes_the_new_one(run, fork, upstream):
    (fork / YEARS).write_bytes((fork / YEARS).read_bytes() + b"\n\n")
    commit(fork)
    new_stub(upstream)
    _, out, _ = run("update")

    assert (fork / YEARS).read_bytes() == (upstream / YEARS).read_bytes()
    assert "01.1" not in out


def test_new_lessons_and_exercises_arrive_and_are_named(run, fork, upstream):
    folder = upstream / "exercises/03_last"
    folder.mkdir()
    (folder / "lesson.toml").write_text(THIRD)
    (folder / "end.txt").write_text("...\n")
    (upstream / "requirements").mkdir()
    (upstream / "requirements/core.txt").write_text("rich==14\n")
    commit(upstream)
    solve(*load_course(fork).exercises)
    _, out, _ = run("update")

    assert "New lesson: 03 Last\nNew exercise: 03.1 The end\n" in out
    assert "run `make setup`" in out
    assert (fork / "exercises/03_last/end.txt").read_text() == "...\n"


def test_a_changed_notebook_is_kept_as_a_dated_copy_that_never_overwrites_another(
    run, fork, upstream
):
    for number, name in ((1, f"1_years.{TODAY}.ipynb"), (2, f"1_years.{TODAY}_2.ipynb")):
        change_book(fork, f"my notes {number}")
        change_book(upstream, f"course {number}")
        commit(upstream)
        code, out, _ = run("update")

        assert code == 0 and f"yours is kept as notebooks/01_first/{name}" in out
        assert (fork / BOOK).read_bytes() == (upstream / BOOK).read_bytes()
    for number, name in ((1, f"1_years.{TODAY}.ipynb"), (2, f"1_years.{TODAY}_2.ipynb")):
        assert f"my notes {number}" in (fork / BOOK).with_name(name).read_text()


def test_a_notebook_that_only_the_learner_changed_stays(run, fork, upstream):
    change_book(fork, "my notes")
    new_stub(upstream)
    _, out, _ = run("update")

    assert "kept as" not in out
    assert "my notes" in (fork / BOOK).read_text()


def test_a_notebook_that_is_no_longer_in_the_course_leaves_the_copy(run, fork, upstream):
    change_book(fork, "my notes")
    (upstream / BOOK).unlink()
    commit(upstream)
    _, out, _ = run("update")

    assert f"{BOOK} is no longer in the course; yours is kept as" in out
    assert not (fork / BOOK).exists()
    assert "my notes" in (fork / BOOK).with_name(f"1_years.{TODAY}.ipynb").read_text()


def test_a_notebook_exercise_with_notes_but_no_answer_is_kept_as_a_copy(run, fork, upstream):
    path = "exercises/02_more/double.ipynb"
    for folder, note in ((fork, "my note"), (upstream, "their note")):
        content = json.loads((folder / path).read_text())
        content["cells"][0]["source"] = [note]
        (folder / path).write_text(json.dumps(content))
    commit(upstream)
    run("update")

    assert "their note" in (fork / path).read_text()
    assert "my note" in (fork / path).with_name(f"double.{TODAY}.ipynb").read_text()


def test_changes_elsewhere_are_merged_by_git(run, fork, upstream):
    rewrite(fork / "README.md", "One.", "One, and mine.")
    commit(fork)
    rewrite(upstream / "README.md", "Three.", "Three, and theirs.")
    commit(upstream)

    assert run("update")[0] == 0
    assert (fork / "README.md").read_text() == (
        "# Sample\n\nOne, and mine.\n\nTwo.\n\nThree, and theirs.\n"
    )


def test_a_conflict_elsewhere_undoes_all_of_it_and_what_is_advised_works(run, fork, upstream):
    change_book(fork, "my notes")
    rewrite(fork / "README.md", "One.", "Mine.")
    commit(fork)
    (fork / YEARS).write_bytes(MINE)
    rewrite(upstream / "README.md", "One.", "Theirs.")
    change_book(upstream, "theirs")
    new_stub(upstream)
    code, out, err = run("update")

    assert code == 1 and not out
    assert "You and the course have both changed README.md" in err
    assert (fork / YEARS).read_bytes() == MINE and "my notes" in (fork / BOOK).read_text()
    assert "Mine." in (fork / "README.md").read_text()
    assert git(fork, "status", "--porcelain") == ""

    advice = next(it for it in err.split("`") if it.startswith("git checkout"))
    git(fork, *advice.split()[1:])
    commit(fork)
    assert run("update")[0] == 0
    assert "Theirs." in (fork / "README.md").read_text()
    assert (fork / YEARS).read_bytes() == MINE
    put_back = next(it for it in err.split("`") if it.startswith("git show"))
    assert "Mine." in git(fork, *put_back.split()[1:])


def test_changes_that_no_commit_has_are_named_and_nothing_is_done(run, fork, upstream):
    rewrite(fork / "README.md", "One.", "Mine.")
    (fork / YEARS).write_bytes(MINE)
    new_stub(upstream)
    head = git(fork, "rev-parse", "HEAD")
    code, _, err = run("update")

    assert code == 1
    assert "README.md" in err and YEARS not in err and "stash" in err
    assert git(fork, "rev-parse", "HEAD") == head
    assert "Mine." in (fork / "README.md").read_text()


def test_a_file_that_git_does_not_know_is_never_overwritten(run, fork, upstream):
    (fork / "extra.txt").write_text("mine\n")
    (upstream / "extra.txt").write_text("theirs\n")
    commit(upstream)
    code, _, err = run("update")

    assert code == 1 and "extra.txt" in err
    assert (fork / "extra.txt").read_text() == "mine\n"
    assert not (fork / ".git/MERGE_HEAD").exists()


@pytest.mark.parametrize("step", ["_Repository.keep", "load_course"])
def test_what_is_interrupted_is_undone(run, fork, upstream, monkeypatch, step):
    (fork / YEARS).write_bytes(MINE)
    new_stub(upstream)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"course.learner.update.{step}", interrupt)  # the merge has begun

    assert run("update")[0] == 130
    assert (fork / YEARS).read_bytes() == MINE
    assert not (fork / ".git/MERGE_HEAD").exists()
    assert git(fork, "status", "--porcelain") == ""


def test_in_the_middle_of_a_merge_there_is_no_update(run, fork, upstream):
    new_stub(upstream)
    git(fork, "fetch", "-q", "upstream")
    git(fork, "merge", "-q", "--no-commit", "--no-ff", "upstream/main")

    code, _, err = run("update")
    assert code == 1 and "in the middle of a merge" in err
    assert (fork / ".git/MERGE_HEAD").exists()


@pytest.mark.usefixtures("upstream")
def test_without_a_branch_there_is_no_update(run, fork):
    git(fork, "switch", "-q", "--detach")
    code, _, err = run("update")

    assert code == 1 and "git switch main" in err


def test_without_upstream_the_learner_is_told_how_to_name_it(run, fork, upstream):
    git(fork, "remote", "remove", "upstream")
    new_stub(upstream)
    code, _, err = run("update")
    assert code == 1 and "`git remote add upstream URL`" in err

    assert run("update", "--from", str(upstream))[0] == 0
    assert "only years" in (fork / YEARS).read_text()

    code, _, err = run("update", "--from", str(upstream), "--branch", "none")
    assert code == 1 and "`git fetch`" in err and "none" in err


def test_a_path_is_one_from_the_folder_that_the_learner_is_in(run, fork, upstream, monkeypatch):
    new_stub(upstream)
    monkeypatch.chdir(fork / "notebooks")

    assert run("update", "--from", f"../../{upstream.name}")[0] == 0


def test_a_clone_that_lacks_the_commit_in_common_is_told_how_to_get_it(
    run, fork, upstream, tmp_path, monkeypatch
):
    (fork / YEARS).write_bytes(MINE)
    commit(fork)
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{fork}", "shallow")
    new_stub(upstream)
    monkeypatch.chdir(tmp_path / "shallow")
    code, _, err = run("update", "--from", str(upstream))
    assert code == 1 and "`git fetch --unshallow`" in err

    git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    assert run("update", "--from", str(upstream))[0] == 0
    assert b"return 7  # mine" in (tmp_path / "shallow" / YEARS).read_bytes()


def test_without_a_repository_there_is_a_sentence(run):
    code, _, err = run("update")

    assert code == 1 and "not a git repository" in err


def test_the_answer_to_an_exercise_that_is_gone_or_renamed_stays(run, fork, upstream):
    # so like the stub that git would take the renamed file for it
    rewrite(fork / YEARS, "raise NotImpl", "return 7  # NotImpl")
    mine = (fork / YEARS).read_bytes()
    git(upstream, "mv", YEARS, YEARS.replace("years", "ages"))
    git(upstream, "mv", "solutions/01_first/years.py", "solutions/01_first/ages.py")
    rewrite(upstream / LESSON, 'file = "years.py"', 'file = "ages.py"')
    commit(upstream)
    code, out, _ = run("update")

    assert code == 0
    assert (fork / YEARS).read_bytes() == mine
    new = YEARS.replace("years", "ages")
    assert (fork / new).read_bytes() == (upstream / new).read_bytes()
    assert f"01.1: {YEARS} is no longer in the course; your answer stays there." in out


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/ada/ship-the-model.git",
        "https://github.com/ada/ship-the-model",
        "git@github.com:ada/ship-the-model.git",
        "ssh://git@github.com/ada/ship-the-model.git",
        "ssh://git@ssh.github.com:443/ada/ship-the-model.git",
        "https://ada:token@GitHub.com/ada/ship-the-model/",
        "git@github.com:/ada/ship-the-model",
    ],
)
def test_badges_of_the_fork_are_put_between_the_marks_once(run, fork, address):
    git(fork, "remote", "add", "origin", address)
    (fork / "README.md").write_bytes(b"# Mine\r\n<!-- badges --><!-- /badges -->\r\nThe end.\r\n")
    code, _, _ = run("badges")
    text = (fork / "README.md").read_bytes().decode()

    assert code == 0
    assert (
        "[![points of 01 First steps](https://raw.githubusercontent.com/ada/ship-the-model/badges/"
        "lesson_01.svg)](https://github.com/ada/ship-the-model/actions/workflows/badges.yml)\r\n"
    ) in text
    assert text.startswith("# Mine\r\n<!-- badges -->\r\n") and text.count("course.svg") == 1
    assert text.endswith("<!-- /badges -->\r\nThe end.\r\n")
    assert "already" in run("badges")[1]
    assert (fork / "README.md").read_bytes().decode() == text


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "no remote `origin`"),
        ("https://gitlab.com/ada/x.git", "no repository on github.com"),
        ("https://evil.org/github.com/ada/x.git", "no repository on github.com"),
        ("https://github.com.evil.org/ada/x.git", "no repository on github.com"),
        ("https://evil.org/@github.com/ada/x.git", "no repository on github.com"),
        ("git@work-github.com:ada/x.git", "no repository on github.com"),
        ("https://github.com/ada/x.git", "no place for them"),
    ],
)
def test_what_is_in_the_way_of_badges_is_said(run, fork, address, reason):
    if address:
        git(fork, "remote", "add", "origin", address)
    before = (fork / "README.md").read_bytes()
    code, _, err = run("badges")

    assert code == 1 and reason in err
    assert (fork / "README.md").read_bytes() == before


def test_a_pull_request_with_answers_is_told_which_and_how_to_take_them_out(run, fork, upstream):
    assert upstream.is_dir()
    assert run("author", "answers")[:2] == (0, "No answers here.\n")

    (fork / YEARS).write_bytes(MINE)
    commit(fork)
    code, out, _ = run("author", "answers")
    assert code == 1
    assert f"  {YEARS}\n" in out and "greeting.txt" not in out
    advice = out.split("`upstream`:\n")[1].split("They stay")[0].replace("git push", "")
    subprocess.run(["bash", "-ec", advice], cwd=fork, check=True, capture_output=True)
    assert run("author", "answers")[0] == 0


def test_a_stub_that_changes_with_its_solution_is_no_answer(run, fork):
    for path in ("packages/demo/src/demo/years.py", "solutions/01_first/years.py", YEARS):
        rewrite(fork / path, '"""Years."""', '"""Years, and only years."""')

    assert run("author", "answers")[0] == 0
