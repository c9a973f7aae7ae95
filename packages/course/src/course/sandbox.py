"""Limits for a process that runs a learner's code, and the end of all that it started.

`confine` is what the child does to itself before it runs anything; `supervise` is its parent,
which waits, looks at what the child and its descendants take, and ends them all. What a kernel
enforces (`setrlimit`) is for one process; what a whole family takes is polled.

This keeps accidents and tricks from a laptop and from a verdict. It is no wall against an attacker:
a learner's code may read what its user may read, and use the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import psutil

from course import channel, landlock, wire

try:
    import resource
except ImportError:  # pragma: no cover  # Windows: only what is polled is limited there
    resource = None  # type: ignore[assignment]

POLL_S = 0.05
GRACE_S = 0.3  # for a child that has answered to end by itself
NONCE_BYTES = 16
ALLOWED_ENVIRONMENT = (
    *("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
    *("SYSTEMROOT", "PATHEXT", "COMSPEC", "NUMBER_OF_PROCESSORS"),  # Windows starts nothing without
    *("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"),  # how our own tests look into a child
)


@dataclass(frozen=True)
class Limits:
    """What one run may take; `wall_s` and `cpu_s` in seconds, the rest in bytes or counts.

    `writable` names folders beside the scratch directory in which files may be changed; `tests_s`
    is for what the tests of an exercise do themselves, beside running the learner's code.
    """

    wall_s: float = 20.0
    cpu_s: float = 20.0
    memory: int = 2 * 2**30
    file_size: int = 256 * 2**20
    disk: int = 512 * 2**20
    files: int = 20_000
    processes: int = 48
    descriptors: int = 512
    output: int = 32 * 2**20
    kept_output: int = 8 * 2**10
    writable: tuple[str, ...] = ()
    tests_s: float = 15.0


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes
    ----------
    reply : bytes or None
        What came back through the reply channel, not yet decoded; None where nothing did.
    status : int or None
        Exit status of the child, negative for a signal; None where it had to be ended.
    stopped : str or None
        Which limit it broke: a field of `Limits` ("wall_s", ...), or "forged" for a reply
        that is not ours.
    output : str
        The last of what it printed.
    """

    reply: bytes | None
    status: int | None
    stopped: str | None
    output: str

    def to_bytes(self) -> bytes:
        """Encode as data, since a message that passes a learner's process is never unpickled."""
        return wire.encode([self.reply, self.status, self.stopped, self.output])

    @classmethod
    def from_bytes(cls, message: bytes) -> Outcome:
        """Decode what `to_bytes` made."""
        return cls(*wire.decode(message))


class Child(Protocol):
    """A started process: `subprocess.Popen`, or a fork."""

    pid: int

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""


class Supervised(Protocol):
    """What is known of a job here."""

    limits: Limits
    scratch: Path
    nonce: bytes


class Forked:
    """A forked child, with the face of `subprocess.Popen`."""

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


# -- what a child does to itself ------------------------------------------------------------------


def scrubbed_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the few variables that a learner's code may see: no token, no proxy, no secret."""
    source = os.environ if environment is None else environment
    kept = {name: source[name] for name in ALLOWED_ENVIRONMENT if name in source}
    # `python` is this one, also where nobody has activated the environment
    path = os.pathsep.join([os.path.dirname(sys.executable), kept.get("PATH", os.defpath)])
    # one thread each: two cores are shared, and a fork must not meet another thread's lock
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**kept, **dict.fromkeys(threads, "1"), "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def confine(limits: Limits, scratch: Path) -> None:
    """Go to `scratch`, make it home, and give up for good what the limits forbid."""
    os.chdir(scratch)
    home = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(scratch))
    os.environ.update(home)
    tempfile.tempdir = None  # it remembers the directory that it found first
    _lower_limits(limits)
    landlock.restrict([scratch.parent, *limits.writable])


def _lower_limits(limits: Limits) -> None:
    _lower("RLIMIT_CPU", max(1, round(limits.cpu_s)))
    _lower("RLIMIT_FSIZE", limits.file_size)
    _lower("RLIMIT_CORE", 0)
    _lower("RLIMIT_NOFILE", limits.descriptors)
    limit_memory(limits.memory)


def limit_memory(more: int) -> None:
    """Let this process map `more` bytes beyond what it has mapped already, for good."""
    _lower("RLIMIT_AS", psutil.Process().memory_info().vms + more)


def _lower(name: str, value: int) -> None:
    with contextlib.suppress(AttributeError, ValueError, OSError):  # not on every system
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        top = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (top, top))


# -- what its parent does -------------------------------------------------------------------------


def become_subreaper() -> None:
    """Make orphans of this process' children its own, so that a daemon cannot slip away."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes  # pylint: disable=import-outside-toplevel  # only Linux has the call

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


@contextlib.contextmanager
def scratch_directory(parent: Path | None = None) -> Iterator[Path]:
    """Make a directory, alone in its parent, and remove both, whatever a learner's code did there.

    The learner's code owns the parent, too: it may even remove its working directory.
    """
    path = Path(tempfile.mkdtemp(prefix="course-", dir=parent)).resolve()
    try:
        (path / "work").mkdir()
        yield path / "work"
    finally:
        remove_tree(path)


def remove_tree(path: Path) -> None:
    """Remove a directory, also one in which nothing may be read or written any more."""
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        _unlock(path)
        shutil.rmtree(path, ignore_errors=True)


def _unlock(path: Path) -> None:
    path.chmod(0o700)
    for folder, names, _ in os.walk(path):
        # from the top down: each is opened before the walk goes into it
        for name in names:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), 0o700)


def supervise(
    family: Family,
    reply: BinaryIO,
    output: BinaryIO,
    job: Supervised,
    given_up: Callable[[], bool],
) -> Outcome:
    """Wait until a child has answered, ended, or broken a limit; then end it and its family.

    Parameters
    ----------
    reply : BinaryIO
        Carries the nonce of the job and one message.
    output : BinaryIO
        What the child prints.
    given_up : callable
        Says whether nobody waits for the answer any more.
    """
    answer, tail = _Reply(reply, job.nonce), _Tail(output, job.limits.kept_output)
    watch = _Watch(family, job.limits, job.scratch, tail)
    stopped = None
    while not answer.complete.wait(POLL_S) and family.child.poll() is None and not stopped:
        stopped = "wall_s" if given_up() else watch.broken_limit()
    status = None if stopped else _wait(family.child, GRACE_S)
    family.end()
    answer.join(GRACE_S)
    tail.join(GRACE_S)
    if not stopped and status is not None and status == -getattr(signal, "SIGXCPU", 0):
        stopped = "cpu_s"
    if not stopped and answer.forged:
        stopped = "forged"
    return Outcome(None if stopped else answer.message, status, stopped, tail.text())


def _wait(child: Child, patience_s: float) -> int | None:
    """Return the exit status of a child that is about to end; None if it does not."""
    deadline = time.monotonic() + patience_s
    while (status := child.poll()) is None and time.monotonic() < deadline:
        time.sleep(0.001)
    return status


class Family:
    """A child and all that descends from it.

    Parameters
    ----------
    child : Child
        Leader of a process group of its own.
    adopts : bool
        This process is a subreaper with no other children, so all its descendants are meant.
    """

    def __init__(self, child: Child, *, adopts: bool):
        self.child = child
        self.adopts = adopts
        # a fork shares what the zygote has loaded; it costs nothing until it is written to
        self.shared = psutil.Process().memory_info().rss if adopts else 0

    def members(self) -> list[psutil.Process]:
        """Return the processes that are alive now."""
        try:
            if self.adopts:
                return psutil.Process().children(recursive=True)
            first = psutil.Process(self.child.pid)
            return [first, *first.children(recursive=True)]
        except psutil.Error:
            return []

    def memory(self, members: list[psutil.Process]) -> int:
        """Add up the bytes that they hold resident beyond what they share with their zygote."""
        total = 0
        for process in members:
            with contextlib.suppress(psutil.Error):
                total += max(0, process.memory_info().rss - self.shared)
        return total

    def end(self) -> None:
        """Kill them all, and return when they are gone."""
        members = [] if self.adopts else self.members()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)  # all at once: none can fork meanwhile
        while not self._gone():
            for process in members or self.members():  # and those that left the group
                with contextlib.suppress(psutil.Error):
                    process.kill()
            time.sleep(0.001)

    def _gone(self) -> bool:
        """Bury the dead; say whether none is left."""
        if self.child.poll() is None:
            return False
        with contextlib.suppress(ChildProcessError):
            while self.adopts and os.waitpid(-1, os.WNOHANG)[0]:
                pass
            return not self.adopts
        return True


class _Watch:
    """Looks at what a family takes, against its limits."""

    def __init__(self, family: Family, limits: Limits, scratch: Path, tail: _Tail):
        self.family, self.limits, self.scratch, self.tail = family, limits, scratch, tail
        self.started = time.monotonic()

    def broken_limit(self) -> str | None:
        """Name the limit that is broken by now, as the fields of `Limits` are named."""
        members = self.family.members()
        size, files = _directory_size(self.scratch.parent, self.limits.files)
        taken = {
            "wall_s": time.monotonic() - self.started,
            "output": self.tail.total,
            "processes": len(members),
            "memory": self.family.memory(members),
            "files": files,
            "disk": size,
        }
        broken = (name for name, value in taken.items() if value > getattr(self.limits, name))
        return next(broken, None)


def _directory_size(directory: Path, most_files: int) -> tuple[int, int]:
    """Return bytes and files below a directory; stops counting at `most_files`."""
    size = files = 0
    for folder, _, names in os.walk(directory):
        files += len(names)
        if files > most_files:
            break
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_size
    return size, files


class _Reply(threading.Thread):
    """Reads the one message of a child, and then waits for the end of the stream."""

    def __init__(self, stream: BinaryIO, nonce: bytes):
        super().__init__(daemon=True)
        self.stream, self.nonce = stream, nonce
        self.complete = threading.Event()
        self.message: bytes | None = None
        self.forged = False
        self.start()

    def run(self) -> None:
        with self.stream:
            self._read()
            self.complete.set()
            while self.stream.read(2**16):
                pass

    def _read(self) -> None:
        tag = self.stream.read(len(self.nonce))
        try:
            if tag == self.nonce:
                self.message = channel.receive(self.stream, wire.LARGEST_MESSAGE)
            else:
                self.forged = bool(tag)
        except channel.ChannelError:
            self.forged = True


class _Tail(threading.Thread):
    """Reads what a child prints, keeps the last of it, and counts all of it."""

    def __init__(self, stream: BinaryIO, kept: int):
        super().__init__(daemon=True)
        self.stream, self.kept = stream, kept
        self.total = 0
        self.last = b""
        self.start()

    def run(self) -> None:
        with self.stream:
            while chunk := self.stream.read1(2**16):  # type: ignore[attr-defined]
                self.total += len(chunk)
                self.last = (self.last + chunk)[-self.kept :]

    def text(self) -> str:
        """Return the last of it, whatever bytes it was."""
        return self.last.decode("utf-8", "replace")
