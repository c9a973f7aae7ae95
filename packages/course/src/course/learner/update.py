"""Take a newer version of the course into a fork: a merge that loses nothing of the learner's.

Answers stay as they are, byte for byte. A notebook that both sides changed is kept beside the
course's as a dated copy. All else is merged by git; where git cannot, the merge is undone.
"""

from __future__ import annotations

import datetime
import itertools
import shlex
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from course.lessons import Course, Exercise, LessonError, load_course
from course.lessons.stubs import is_untouched

UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
ADD_UPSTREAM = "There is no remote `upstream`. `git remote add upstream URL` names the course's."
SHALLOW = "Commits are missing here: `git fetch --unshallow` gets them. Then update again."
NOTHING_IN_COMMON = "This repository and the newer course have no commit in common."


class UpdateError(Exception):
    """There is no update; the message says why, and what to do. All files are as they were."""


class Update(NamedTuple):
    """What an update brought: sentences, and whether what is to be installed has changed."""

    news: list[str]
    locks: bool


class _Sides(NamedTuple):
    """Commits, or the blobs of them by path: the course taken last, the learner's, the newer."""

    base: Any
    mine: Any
    theirs: Any

    def of(self, path: str) -> _Sides:
        """Return the blobs of one file; None on a side that lacks it."""
        return _Sides(self.base.get(path), self.mine.get(path), self.theirs.get(path))


def update_course(
    course: Course, source: str | None, branch: str, today: datetime.date
) -> Update | None:
    """Merge `branch` of `source` (a remote, a URL or a path; None: upstream) into this branch.

    None if there is nothing newer; UpdateError says why there is no update.
    """
    git = _Repository(course.root)
    git.refuse_unfinished()
    own = {f"exercises/{it.lesson.folder}/{it.file}": it for it in course.exercises}
    dirty = git.dirty()
    if others := [path for path in dirty if path not in own and not _is_notebook(path)]:
        raise UpdateError(
            f"These files have changes that no commit has: {', '.join(others)}. "
            "`git commit` or `git stash` them, then update again."
        )
    theirs = git.fetch(source, branch)
    if not (base := git.run("merge-base", "HEAD", theirs, codes=(0, 1))):
        raise UpdateError(SHALLOW if git.is_in("shallow") else NOTHING_IN_COMMON)
    if base == theirs:
        return None
    if dirty:
        # from here on git has all of it, whatever happens
        git.run("add", "-f", "-A", "--", *dirty)
        git.run("commit", "-qnm", "Keep my work before an update of the course")
    commits = _Sides(base, git.run("rev-parse", "HEAD"), theirs)
    newer, news = _merge(git, commits, own, today)
    changed = git.names("diff", "--name-only", "-z", base, theirs, "--", "requirements")
    return Update(_arrived(course, newer) + news, bool(changed))


def _arrived(old: Course, new: Course) -> list[str]:
    known = {it.number for it in old.lessons} | {it.id for it in old.exercises}
    found = [f"New lesson: {it.number} {it.title}" for it in new.lessons if it.number not in known]
    return found + [
        f"New exercise: {it.id} {it.title}" for it in new.exercises if it.id not in known
    ]


def _merge(
    git: _Repository, commits: _Sides, own: dict[str, Exercise], today: datetime.date
) -> tuple[Course, list[str]]:
    """Merge, wholly or not at all; return the newer course, and remarks on the learner's files."""
    answers = {path: it.answer.read_bytes() for path, it in own.items() if it.answer.is_file()}
    kept = {path: own[path] for path in answers if not is_untouched(own[path], own[path].answer)}
    blobs = _Sides(*map(git.blobs, commits))
    paths = filter(_is_notebook, blobs.mine.keys() | blobs.theirs.keys())
    taken = {path for path in paths if _both_changed(blobs.of(path))}
    taken |= {it for it in own if it not in kept and blobs.mine.get(it) != blobs.theirs.get(it)}
    news = []
    try:
        git.begin_merge(commits.theirs)
        for path, exercise in kept.items():
            git.keep(path, answers[path])
            news += _remarks_on(exercise, path, blobs.of(path), commits)
        for path in sorted(taken):
            news += git.take(path, blobs.of(path), commits.theirs, today)
        return git.finish_merge(commits), news
    except BaseException:
        git.undo(answers)
        raise


def _is_notebook(path: str) -> bool:
    return path.startswith("notebooks/") and path.endswith(".ipynb")


def _both_changed(blobs: _Sides) -> bool:
    return blobs.base not in (blobs.mine, blobs.theirs) and blobs.mine != blobs.theirs


def _remarks_on(exercise: Exercise, path: str, blobs: _Sides, commits: _Sides) -> list[str]:
    """Say what became of the file that an answer was written into."""
    if blobs.base in (None, blobs.theirs):
        return []
    if blobs.theirs is None:
        return [f"{exercise.id}: {path} is no longer in the course; your answer stays there."]
    return [
        f"{exercise.id}: the file you were given has changed since; "
        f"`git diff {commits.base[:10]} {commits.theirs[:10]} -- {path}` shows how. "
        f"`course reset {exercise.id}` takes the new one and keeps your answer as a backup."
    ]


class _Repository:
    """The learner's clone, through git itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Return what git prints; UpdateError has its words where it fails."""
        command = ["git", "--literal-pathspecs", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        if done.returncode not in codes:
            words = done.stderr.decode(errors="replace").strip()
            raise UpdateError(f"`git {arguments[0]}` could not do its part: {words}")
        return done.stdout.decode(errors="surrogateescape").rstrip("\n")

    def names(self, *arguments: str) -> list[str]:
        """Return the paths that git lists with -z."""
        return [name for name in self.run(*arguments).split("\0") if name]

    def is_in(self, *states: str) -> bool:
        """Tell whether git is in the middle of something."""
        return any((self.root / self.run("rev-parse", "--git-path", it)).exists() for it in states)

    def refuse_unfinished(self) -> None:
        """Raise where there is no branch to merge into, or git is in the middle of something."""
        top = self.run("rev-parse", "--show-toplevel")
        if Path(top).resolve() != self.root.resolve():
            raise UpdateError(f"{self.root} is a folder of the repository {top}, not all of it.")
        if self.is_in(*UNFINISHED):
            raise UpdateError(
                "git is in the middle of a merge, a rebase or the like: `git status` says how to "
                "end it. Then update again."
            )
        if not self.run("symbolic-ref", "-q", "HEAD", codes=(0, 1)):
            raise UpdateError("No branch is checked out; `git switch main` does so.")

    def dirty(self) -> list[str]:
        """Return the tracked files with changes that no commit has."""
        flags = ("diff", "--name-only", "--no-renames", "-z", "HEAD")
        return sorted({*self.names(*flags), *self.names(*flags, "--cached")})

    def fetch(self, source: str | None, branch: str) -> str:
        """Fetch the newer course, and return its commit."""
        if source is None and "upstream" not in self.run("remote").split():
            raise UpdateError(ADD_UPSTREAM)
        if source and Path(source).exists():
            source = str(Path(source).absolute())  # git runs at the root of the course
        self.run("fetch", "-q", "--no-tags", "--", source or "upstream", f"refs/heads/{branch}")
        return self.run("rev-parse", "FETCH_HEAD")

    def blobs(self, commit: str) -> dict[str, str]:
        """Return the blobs of a commit by path."""
        entries = (entry.split("\t", 1) for entry in self.names("ls-tree", "-r", "-z", commit))
        return {path: facts.split()[2] for facts, path in entries}

    def begin_merge(self, theirs: str) -> None:
        """Merge without a commit; conflicts are left for what follows."""
        try:
            # renames would carry an answer into another exercise's file, and before git 2.50 the
            # usual strategy, ort, looks for them whatever it is told
            how = ("-s", "recursive", "-X", "no-renames")
            self.run("merge", "-q", "--no-commit", "--no-ff", *how, theirs)
        except UpdateError:
            if not self.is_in("MERGE_HEAD"):
                raise

    def keep(self, path: str, content: bytes) -> None:
        """Put the learner's file back as it was."""
        _put(self.root / path, content)
        self.run("add", "-f", "--", path)

    def take(self, path: str, blobs: _Sides, theirs: str, today: datetime.date) -> list[str]:
        """Take the course's file; a notebook that the learner changed is kept as a dated copy."""
        now, remarks = "the course's again" if blobs.theirs else "no longer in the course", []
        if path.endswith(".ipynb") and blobs.mine not in (None, blobs.base):
            copy = _free_name(self.root / path, today)
            command = ["git", "cat-file", "blob", blobs.mine]
            content = subprocess.check_output(command, cwd=self.root)
            name = copy.relative_to(self.root).as_posix()
            self.keep(name, content)
            remarks = [f"{path} is {now}; yours is kept as {name}."]
        if blobs.theirs:
            self.run("checkout", "-q", theirs, "--", path)
        else:
            self.run("rm", "-qf", "--ignore-unmatch", "--", path)
        return remarks

    def finish_merge(self, commits: _Sides) -> Course:
        """Commit the merge and return the newer course; UpdateError names what is in conflict."""
        if left := self.names("diff", "--name-only", "--diff-filter=U", "-z"):
            raise UpdateError(
                f"You and the course have both changed {', '.join(left)}, in the same place; "
                "your files are as they were. "
                f"`git checkout {commits.base[:10]} -- {shlex.join(left)}`, `git commit`, "
                "update again; then put back what you need of "
                f"`git show {commits.mine[:10]}:{left[0]}`."
            )
        try:
            course = load_course(self.root)
        except LessonError as error:
            raise UpdateError(f"With your changes the course cannot be read: {error}") from None
        self.run("commit", "-qnm", f"Update the course to {commits.theirs[:10]}")
        return course

    def undo(self, answers: dict[str, bytes]) -> None:
        """Leave the merge, and every answer as it was."""
        if self.is_in("MERGE_HEAD"):
            self.run("merge", "--abort")
        for path, content in answers.items():
            if _put(self.root / path, content):
                self.run("add", "-f", "--", path)  # or git takes other line ends for a change


def _put(file: Path, content: bytes) -> bool:
    """Write a file, unless it is so already; tell whether it was written."""
    if file.is_file() and file.read_bytes() == content:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return True


def _free_name(path: Path, today: datetime.date) -> Path:
    """Return the path of a copy that is not there yet: 1_chance.2026-11-28.ipynb."""
    ends = ("" if number == 1 else f"_{number}" for number in itertools.count(1))
    copies = (path.with_suffix(f".{today.isoformat()}{end}{path.suffix}") for end in ends)
    return next(copy for copy in copies if not copy.exists())
