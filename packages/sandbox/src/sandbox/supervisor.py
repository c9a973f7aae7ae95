"""Does jobs beside a learner's file: each in a child of its own, limited, watched and ended.

The supervisor waits, looks at what the child and all that it started take, and ends them all.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

from sandbox import child, framing, serialization
from sandbox.child import Job
from sandbox.processes import become_subreaper, die_with_parent

POLL_S = 0.1
GRACE_S = 0.3  # for a child that has answered to end by itself
DRAIN_S = 5.0  # to read what ended processes have written; they are gone, but for a stray one
REPLY = 3  # the descriptor on which a child answers


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
        Which limit it broke: a field of `Limits` ("wall_s", ...), "forged" for a reply that is
        not ours, "supervisor" where that one was killed, "machine" where nothing could be started.
    output : str
        The last of what it printed.
    """

    reply: bytes | None
    status: int | None
    stopped: str | None
    output: str

    def to_bytes(self) -> bytes:
        """Encode as data, since a message that passes a learner's process is never unpickled."""
        return serialization.encode([self.reply, self.status, self.stopped, self.output])

    @classmethod
    def from_bytes(cls, message: bytes) -> Outcome:
        """Decode what `to_bytes` made."""
        return cls(*serialization.decode(message))


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


Child = Forked | subprocess.Popen[bytes]


def play(connection: socket.socket, _: list[int]) -> None:
    """Do one job after another until the connection ends."""
    become_subreaper()
    with connection.makefile("rwb") as stream:
        while (request := framing.receive(stream, framing.LARGEST_REQUEST)) is not None:
            try:
                outcome = _do(pickle.loads(request), connection)
            except OSError as error:  # no process or pipe to be had, before any answer ran
                outcome = Outcome(None, None, "machine", str(error))
            framing.send(stream, outcome.to_bytes())


def _do(job: Job, connection: socket.socket) -> Outcome:
    reply, their_reply = os.pipe()
    output, their_output = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _become_child(their_reply, their_output)
            child.run(job, REPLY)
        finally:
            os._exit(child.UNABLE)
    os.close(their_reply)
    os.close(their_output)
    return supervise(
        Family(Forked(pid), adopts=True),
        os.fdopen(reply, "rb"),
        os.fdopen(output, "rb"),
        job,
        # nothing is sent to us during a job: if there is something to read, it is the end
        given_up=lambda: bool(select.select([connection], [], [], 0)[0]),
    )


def _become_child(reply: int, output: int) -> None:
    """Leave the supervisor's session and descriptors; keep the standard streams and `REPLY`."""
    os.setsid()
    die_with_parent()
    for standard in (1, 2):
        os.dup2(output, standard)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(reply, REPLY, inheritable=False)
    os.closerange(REPLY + 1, os.sysconf("SC_OPEN_MAX"))


def supervise(
    family: Family, reply: BinaryIO, output: BinaryIO, job: Job, given_up: Callable[[], bool]
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
    started, stopped = time.monotonic(), None
    while not answer.complete.wait(POLL_S) and family.child.poll() is None and not stopped:
        stopped = "wall_s" if given_up() else _broken_limit(family, job, started, tail.total)
    status = None if stopped else _wait(family.child, GRACE_S)
    family.end()
    answer.join(DRAIN_S)
    tail.join(DRAIN_S)
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


def _broken_limit(family: Family, job: Job, started: float, printed: int) -> str | None:
    """Name the limit that a family has broken by now, as the fields of `Limits` are named."""
    members = family.members()
    size, files = _directory_size(job.scratch.parent, job.limits.files)
    taken = {
        "wall_s": time.monotonic() - started,
        "output": printed,
        "processes": len(members),
        "memory": family.memory(members),
        "files": files,
        "disk": size,
    }
    return next((name for name, value in taken.items() if value > getattr(job.limits, name)), None)


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
                self.message = framing.receive(self.stream, serialization.LARGEST_MESSAGE)
            else:
                self.forged = bool(tag)
        except framing.FramingError:
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
