"""A notebook's kernel that is a limited child, and whose only client is the caller.

What its cells show is compared elsewhere, by nbval in the caller's process, which holds the
expected outputs; the kernel has never seen them.
"""

import contextlib
import os
import pickle
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbval.kernel import RunningKernel

from sandbox.child import Job
from sandbox.confinement import Limits
from sandbox.sessions import Session
from sandbox.supervisor import Outcome
from sandbox.tasks import ServeKernel

POLL_S = 0.05
READY_S = 30.0
LARGEST_MESSAGE = 16 * 2**20  # bytes
LONGEST_SOCKET = 100  # bytes of a path
MOST_SHOWN = 8 * 2**20  # characters, of all cells together


class KernelEnded(Exception):
    """The kernel is gone, or has to go; `outcome` says how, as for any other child."""

    def __init__(self, outcome: Outcome):
        said = outcome.output.strip().splitlines()[-1:]
        super().__init__(outcome.stopped or "".join(said) or "the process ended")
        self.outcome = outcome


class LimitedKernel(RunningKernel):
    """What nbval talks to: a kernel in a limited child, in place of one of Jupyter's own.

    Parameters
    ----------
    session : Session
        Runs the kernel, as its one job.
    path : sequence of str
        Folders with the packages of the course.
    scratch : Path
        The working directory of the kernel, which may write nowhere else: its sockets are there.

    Raises
    ------
    OSError
        The kernel does not start. No code of a learner has run in it yet.
    """

    def __init__(  # pylint: disable=super-init-not-called  # that one starts an unlimited kernel
        self, session: Session, limits: Limits, path: Sequence[str], scratch: Path
    ):
        self.session = session
        self.shown = 0
        file = _write_connection_file(scratch)
        task = pickle.dumps(ServeKernel(file))
        session.start(Job(task, "answer.ipynb", None, limits, scratch, tuple(path)))
        context = zmq.Context()
        # what is larger never enters our memory
        context.setsockopt(zmq.MAXMSGSIZE, LARGEST_MESSAGE)
        self.kc = BlockingKernelClient(connection_file=file, context=context)
        try:
            self.kc.load_connection_file()
            self.kc.start_channels(stdin=False, hb=False)
            self._wait_until_ready()
            Path(file).unlink()  # both ends have read it, and whoever has its key could join in
        except (KernelEnded, zmq.ZMQError, OSError) as error:
            self.stop()
            raise OSError(f"the notebook's kernel does not start: {error}.") from error

    def _wait_until_ready(self) -> None:
        """Ask until both channels answer: what is published before somebody listens is lost."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            msg_id = self.kc.kernel_info()
            with contextlib.suppress(Empty):
                self.await_reply(msg_id, timeout=READY_S)
                self.await_idle(msg_id, 2 * POLL_S)
                return
        raise KernelEnded(Outcome(None, None, f"no answer in {READY_S:g} s", ""))

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message of a channel.

        Raises
        ------
        Empty
            None came in time.
        KernelEnded
            None can come any more.
        """
        deadline = time.monotonic() + (READY_S if timeout is None else timeout)
        while True:
            over = self.session.finished()
            try:
                message = super().get_message(stream, timeout=0 if over else POLL_S)
            except Empty:
                if over:
                    raise KernelEnded(self.session.wait()) from None
                if time.monotonic() >= deadline:
                    raise
            else:
                self._count(message)
                return message

    def _count(self, message: dict[str, Any]) -> None:
        if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            self.shown += len(str(message["content"]))
        if self.shown > MOST_SHOWN:
            raise KernelEnded(Outcome(None, None, "output", ""))

    def is_alive(self) -> bool:
        """Tell whether the kernel's process runs."""
        return not self.session.finished()

    def interrupt(self) -> None:
        """Do nothing: a kernel that takes too long is ended by its limits."""

    def stop(self) -> None:
        """Stop listening, and end the kernel with all that it started."""
        self.kc.stop_channels()
        self.kc.context.destroy(linger=0)
        self.session.close()


def _write_connection_file(scratch: Path) -> str:
    folder = scratch / ".kernel"
    folder.mkdir()
    where = {"transport": "ipc", "ip": str(folder / "k")}
    # the path of a socket is short on every system, and Windows has none
    if os.name == "nt" or len(os.fsencode(f"{folder}/k-00")) > LONGEST_SOCKET:
        where = {"transport": "tcp", "ip": "127.0.0.1"}
    key = secrets.token_hex(16).encode()
    return write_connection_file(str(folder / "kernel.json"), key=key, **where)[0]
