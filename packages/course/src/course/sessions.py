"""How a test reaches the processes in which a learner's code runs.

A session does one job at a time. Where processes can fork it is a connection to a warden, forked
from a zygote that has everything loaded; elsewhere each job starts a Python of its own.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import socket
import subprocess
import sys
import threading
from typing import Protocol

from course import channel, sandbox, wire, zygote
from course.child import Job
from course.sandbox import Outcome

LARGEST_OUTCOME = 2 * wire.LARGEST_MESSAGE


def can_fork() -> bool:
    """Say whether zygotes are used here; `COURSE_NO_FORK=1` does without."""
    return hasattr(os, "fork") and os.environ.get("COURSE_NO_FORK") != "1"


class Session(Protocol):
    """Does one job at a time."""

    def start(self, job: Job) -> None:
        """Begin a job."""

    def finished(self) -> bool:
        """Say whether the job begun has come to its end."""

    def wait(self) -> Outcome:
        """Return how the job ended, when it has."""

    def stop(self) -> Outcome:
        """End the job that still runs, and return how it ended."""

    def close(self) -> None:
        """End the job that may still run, and the session."""


class ForkedSession:
    """A connection to a warden.

    Parameters
    ----------
    control : socket
        Of the wardens' zygote.
    """

    def __init__(self, control: socket.socket):
        self.control = control
        self.connection: socket.socket | None = None

    def start(self, job: Job) -> None:
        """Begin a job."""
        try:
            if self.connection is None:
                self.connection = zygote.connect(self.control)
            self.connection.sendall(channel.frame(pickle.dumps(job)))
        except OSError:
            self.close()  # `wait` says so

    def finished(self) -> bool:
        """Say whether the job begun has come to its end."""
        return self.connection is None or bool(select.select([self.connection], [], [], 0)[0])

    def wait(self) -> Outcome:
        """Return how the job ended, when it has; a warden that was killed is a broken limit."""
        with contextlib.suppress(OSError, ValueError):
            if self.connection is not None:
                with self.connection.makefile("rb") as stream:
                    if (message := channel.receive(stream, LARGEST_OUTCOME)) is not None:
                        return Outcome.from_bytes(message)
        self.close()
        return Outcome(None, None, "warden", "")

    def stop(self) -> Outcome:
        """End the job that still runs, and return how it ended."""
        with contextlib.suppress(OSError):
            if self.connection is not None:
                self.connection.shutdown(socket.SHUT_WR)
        outcome = self.wait()
        self.close()
        return outcome

    def close(self) -> None:
        """Hang up: the warden ends what still runs, and itself."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class SpawnedSession:
    """Starts a Python for each job; slower, and works on every system."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.given_up = threading.Event()
        self.outcome: Outcome | None = None

    def start(self, job: Job) -> None:
        """Begin a job."""
        self.given_up.clear()
        self.outcome = None
        self.thread = threading.Thread(target=self._supervise, args=(job,), daemon=True)
        self.thread.start()

    def _supervise(self, job: Job) -> None:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "course.worker", "child"],
            env=sandbox.scrubbed_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            assert process.stdin and process.stdout and process.stderr
            with process.stdin as stream:
                channel.send(stream, pickle.dumps(job))
            self.outcome = sandbox.supervise(
                sandbox.Family(process, adopts=False),
                process.stdout,
                process.stderr,
                job,
                given_up=self.given_up.is_set,
            )

    def finished(self) -> bool:
        """Say whether the job begun has come to its end."""
        return self.thread is None or not self.thread.is_alive()

    def wait(self) -> Outcome:
        """Return how the job ended, when it has."""
        if self.thread is not None:
            self.thread.join()
        return self.outcome or Outcome(None, None, "warden", "")

    def stop(self) -> Outcome:
        """End the job that still runs, and return how it ended."""
        self.given_up.set()
        return self.wait()

    def close(self) -> None:
        """End the job that may still run."""
        self.stop()
