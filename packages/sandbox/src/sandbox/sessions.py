"""How a test reaches the processes in which a learner's code runs.

A session does one job at a time. Where processes can fork it is a connection to a supervisor, a
fork of a zygote that has everything loaded; elsewhere each job starts a Python of its own.
"""

import contextlib
import os
import pickle
import select
import socket
import subprocess
import sys
import threading

from sandbox import framing, serialization, zygote
from sandbox.child import Job
from sandbox.confinement import scrubbed_environment
from sandbox.supervisor import Family, Outcome, supervise

LARGEST_OUTCOME = 2 * serialization.LARGEST_MESSAGE
ENDED = Outcome(None, None, "supervisor", "")


def can_fork() -> bool:
    """Say whether zygotes are used here; `SANDBOX_NO_FORK=1` does without."""
    return hasattr(os, "fork") and os.environ.get("SANDBOX_NO_FORK") != "1"


class ForkedSession:
    """A connection to a supervisor.

    Parameters
    ----------
    control : socket
        Of the supervisors' zygote.
    """

    def __init__(self, control: socket.socket):
        self.control = control
        self.connection: socket.socket | None = None

    def start(self, job: Job) -> None:
        """Begin a job."""
        try:
            if self.connection is None:
                self.connection = zygote.connect(self.control)
            self.connection.sendall(framing.frame(pickle.dumps(job)))
        except OSError:
            self.close()  # `wait` says so

    def finished(self) -> bool:
        """Say whether the job begun has come to its end."""
        return self.connection is None or bool(select.select([self.connection], [], [], 0)[0])

    def wait(self) -> Outcome:
        """Return how the job ended, when it has; a supervisor that was killed is a broken limit."""
        with contextlib.suppress(OSError, ValueError):
            if self.connection is not None:
                with self.connection.makefile("rb") as stream:
                    if (message := framing.receive(stream, LARGEST_OUTCOME)) is not None:
                        return Outcome.from_bytes(message)
        self.close()
        return ENDED

    def stop(self) -> Outcome:
        """End the job that still runs, and return how it ended."""
        with contextlib.suppress(OSError):
            if self.connection is not None:
                self.connection.shutdown(socket.SHUT_WR)
        outcome = self.wait()
        self.close()
        return outcome

    def close(self) -> None:
        """Hang up: the supervisor ends what still runs, and itself."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class SpawnedSession:
    """Starts a Python for each job; slower than a `ForkedSession`, and works on every system."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.given_up = threading.Event()
        self.outcome = ENDED

    def start(self, job: Job) -> None:
        """Begin a job."""
        self.given_up.clear()
        self.outcome = ENDED
        self.thread = threading.Thread(target=self._supervise, args=(job,), daemon=True)
        self.thread.start()

    def _supervise(self, job: Job) -> None:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "sandbox"],
            env=scrubbed_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            assert process.stdin and process.stdout and process.stderr
            with process.stdin as stream:
                framing.send(stream, pickle.dumps(job))
            family = Family(process, adopts=False)
            streams = process.stdout, process.stderr
            self.outcome = supervise(family, *streams, job, self.given_up.is_set)

    def finished(self) -> bool:
        """Say whether the job begun has come to its end."""
        return self.thread is None or not self.thread.is_alive()

    def wait(self) -> Outcome:
        """Return how the job ended, when it has."""
        if self.thread is not None:
            self.thread.join()
        return self.outcome

    def stop(self) -> Outcome:
        """End the job that still runs, and return how it ended."""
        self.given_up.set()
        return self.wait()

    close = stop


Session = ForkedSession | SpawnedSession
