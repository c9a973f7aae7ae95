"""The submissions of a class, and the answers in them.

A submission is a folder, a zip file, a git repository or the address of one. It is not trusted:
nothing in it is run, no link in it is followed, and of its files only the answers are read.
"""

import contextlib
import csv
import io
import os
import re
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from course.learner.answers import LARGEST_ANSWER, LARGEST_NOTEBOOK
from course.learner.messages import printable
from course.lessons import Exercise
from course.lessons.stubs import fingerprint

ADDRESS = re.compile(r"(https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+")
# the course is at the top, or in the folder that zip files of GitHub begin with, unpacked into one
ABOVE = ("", "*/", "*/*/")
IN_COURSE = re.compile(r"((?:[^/]+/){0,2}?)exercises/")
NOTHING = "It has no answer that was asked for at its top or up to two folders below, as"
NOT_COMMITTED = "Its folder holds other answers than this commit, which is what was graded."
CLONE_S = 300
# `git` in a repository of somebody else: what its settings could start is not started
NO_FETCH = {"GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
CLONE = {"GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file", "GIT_TERMINAL_PROMPT": "0"}
TRUSTED = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false")


class ClassError(ValueError):
    """The list of submissions is not as it must be, or one cannot be read; says which, and why."""


class Source(NamedTuple):
    """Whose submission it is, and where: a path, or the address of a git repository."""

    name: str
    where: str
    more: tuple[tuple[str, str], ...] = ()  # headings and what the list has below them


class File(NamedTuple):
    """A file of a submission: its size in bytes as far as it is known, and what reads it."""

    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Submission:
    """The answers of one learner, copied to files of our own.

    `problem` says why there are none; `refused` which files were not taken, by the id of their
    exercise, and why. `commit` is that of the answers, where they come from a git repository.
    """

    name: str
    where: str
    more: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    note: str = ""
    problem: str = ""
    answers: Mapping[str, Path] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def sources_of(path: Path) -> list[Source]:
    """Return the submissions in a folder, or in a CSV file whose rows are a name and a place.

    In a folder each folder, zip file and bare repository is one, named as it is. In a CSV file a
    relative path starts from the file's own folder; a first row "name,..." is a heading, and its
    further columns go into the grades. ClassError says what is wrong with the list.
    """
    if path.is_dir():
        found = [item for item in sorted(path.iterdir()) if not item.name.startswith(".")]
        found = [item for item in found if item.is_dir() or item.suffix.lower() == ".zip"]
        sources = [Source(re.sub(r"\.(zip|git)$", "", it.name), str(it)) for it in found]
    elif path.suffix.lower() == ".csv":
        sources = list(_rows(path))
    else:
        raise ClassError(f"{path} is no folder of submissions, and no CSV file of names and places")
    if not sources:
        raise ClassError(f"{path} names no submissions: folders, zip files or git repositories")
    places: dict[str, list[str]] = {}
    for source in sources:
        places.setdefault(source.name, []).append(source.where)
    if twice := [f"{key}: {' and '.join(it)}" for key, it in places.items() if len(it) > 1]:
        raise ClassError(f"{path} has two submissions of the name {'; '.join(twice)}; rename one")
    return sources


def _rows(path: Path) -> Iterator[Source]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ClassError(f"{path} is not UTF-8 text: save it as CSV UTF-8") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)  # of a spreadsheet, in its country
    rows, heading = csv.reader(io.StringIO(text), delimiter=separator), []
    for number, row in enumerate(rows, start=1):
        name, place, *more = cells = [*(cell.strip() for cell in row), "", ""]
        if number == 1 and name.lower() == "name":
            heading = cells[2:]
        elif any(cells):
            if not name or not place:
                raise ClassError(f"{path}, line {number}: a name and a place are expected")
            local = ADDRESS.fullmatch(place) is None
            known = (pair for pair in zip(heading, more) if pair[0])
            yield Source(name, str(path.parent / place) if local else place, tuple(known))


def take(
    source: Source, exercises: Sequence[Exercise], folder: Path, before: str = ""
) -> Submission:
    """Copy the answers of a submission into `folder`, as of a date where it has a history.

    Whatever is wrong with it is its `problem`: one submission never costs another.
    """
    whose = printable(source.name), source.where, dict(source.more)
    try:
        with tempfile.TemporaryDirectory(prefix="course-class-") as scratch:
            files, commit, note = _opened(source.where, Path(scratch), before)
            with contextlib.ExitStack() as stack:
                if isinstance(files, zipfile.ZipFile):
                    files = _zipped(stack.enter_context(files))
                answers, refused = _copy(files, exercises, folder)
            if commit and _went_on(Path(source.where), exercises, answers, Path(scratch)):
                note = NOT_COMMITTED
    except (ClassError, OSError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
        return Submission(*whose, problem=printable(str(error)) or "It cannot be read.")
    wanted = f"exercises/{exercises[0].lesson.folder}/{exercises[0].file}"
    problem = "" if answers or refused else f"{NOTHING} {wanted}."
    return Submission(*whose, commit, note, problem, answers, refused)


def _went_on(
    where: Path, exercises: Sequence[Exercise], answers: Mapping[str, Path], scratch: Path
) -> bool:
    """Tell whether the folder around a repository holds other answers than its commit."""
    loose, _ = _copy(_in_folder(where), exercises, scratch)
    held = [it for it in exercises if it.id in loose]
    given = [fingerprint(it, answers.get(it.id, scratch / "none")) for it in held]
    return given != [fingerprint(it, loose[it.id]) for it in held]


def _opened(
    where: str, scratch: Path, before: str
) -> tuple[Mapping[str, File] | zipfile.ZipFile, str, str]:
    """Return the files of a submission by their paths, its commit, and what is to be noted."""
    path = Path(where)
    if ADDRESS.fullmatch(where):
        command = ["git", "clone", "--quiet", "--bare", "--single-branch", "--", where]
        path = scratch / "clone"
        _run([*command, str(path)], CLONE)
    bare = (path / "objects").is_dir() and (path / "HEAD").is_file()
    repository = path if bare else path / ".git"
    if repository.is_dir() and not repository.is_symlink():
        commit = _commit(repository, before)
        return _committed(repository, commit), commit, ""
    note = "No history: --before could not be looked at." if before else ""
    if path.is_dir():
        files = _in_folder(path)
        inside = [it for it in path.iterdir() if it.is_file() and not it.is_symlink()]
        inside = [it for it in inside if it.suffix.lower() == ".zip"]
        if files or len(inside) != 1:
            return files, "", note
        (path,) = inside  # as learning platforms hand it on
    if path.suffix.lower() != ".zip":
        raise ClassError(f"{path} is not there, or is neither a folder nor a zip file")
    return zipfile.ZipFile(path), "", note  # pylint: disable=consider-using-with  # see take


def _commit(repository: Path, before: str) -> str:
    since = [f"--before={before}"] if before else []
    last = ("rev-list", "-1", "--ignore-missing", *since, "HEAD", "--")
    found = _git(repository, *last).decode().strip()
    if not found:
        raise ClassError(f"It has no commit before {before}." if before else "It has no commit.")
    return found


def _committed(repository: Path, commit: str) -> dict[str, File]:
    files = {}
    for entry in _git(repository, "ls-tree", "-r", "-l", "-z", commit).split(b"\0")[:-1]:
        facts, _, name = entry.partition(b"\t")
        mode, _, blob, size = facts.decode().split()
        if mode in ("100644", "100755"):  # neither a link nor a repository of its own
            read = partial(_git, repository, "cat-file", "blob", blob)
            # of a blob that is missing git says no size; reading it will tell
            files[name.decode(errors="replace")] = File(int(size) if size.isdigit() else 0, read)
    return files


def _in_folder(folder: Path) -> dict[str, File]:
    root, files = folder.resolve(), {}
    for path in (it for above in ABOVE for it in root.glob(f"{above}exercises/*/*")):
        if path.is_file() and path.resolve() == path:  # neither a link, nor below one
            files[path.relative_to(root).as_posix()] = File(path.stat().st_size, path.read_bytes)
    return files


def _zipped(archive: zipfile.ZipFile) -> dict[str, File]:
    def read(info: zipfile.ZipInfo) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(LARGEST_NOTEBOOK + 1)  # whatever size it claims to have
        except (RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
            raise zipfile.BadZipFile(f"{info.filename} cannot be unpacked: {error}") from error

    return {
        info.filename.replace("\\", "/"): File(info.file_size, partial(read, info))
        for info in archive.infolist()
    }


def _copy(
    files: Mapping[str, File], exercises: Sequence[Exercise], folder: Path
) -> tuple[dict[str, Path], dict[str, str]]:
    """Write the answers to `folder`, by the ids of their exercises; say which are refused."""
    answers, refused = {}, {}
    tops = [found[1] for name in files if (found := IN_COURSE.match(name))]
    top = min(tops, key=len, default="")
    for exercise in exercises:
        file = files.get(f"{top}exercises/{exercise.lesson.folder}/{exercise.file}")
        if file is None:
            continue
        largest = LARGEST_NOTEBOOK if exercise.kind == "notebook" else LARGEST_ANSWER
        content = file.read() if file.size <= largest else b""
        if max(file.size, len(content)) > largest:
            refused[exercise.id] = f"{exercise.file} has more than {largest >> 20} MB: too large."
            continue
        path = folder / exercise.id / exercise.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        answers[exercise.id] = path
    return answers, refused


def _git(repository: Path, *arguments: str) -> bytes:
    return _run(["git", *TRUSTED, f"--git-dir={repository}", *arguments], NO_FETCH)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> bytes:
    """Return what git prints; ClassError has its last words."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            command,
            env={**own, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=CLONE_S,
        )
    except subprocess.TimeoutExpired:
        raise ClassError(f"git did not answer within {CLONE_S} s.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ClassError(f"git: {said[-1] if said else 'it failed without a word'}")
    return done.stdout
