"""Processes that are ready before they are needed.

A zygote imports what is slow to import, and then forks a copy of itself for each connection it is
handed. It never runs what is not trusted itself, nor what that may not see, so that its copies
start clean. They play one role, such as that of a supervisor, and live as long as their connection.
"""

import contextlib
import gc
import importlib
import inspect
import os
import socket
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import NoReturn

import psutil

from sandbox.confinement import scrubbed_environment
from sandbox.processes import become_subreaper, use_huge_pages

Role = Callable[[socket.socket, list[int]], None]
SUPERVISOR = "sandbox.supervisor:play"
CLOSE_S = 2.0
BURY_S = 1.0
CRASH_S = 0.1


class Zygote:
    """Starts a process of one role, and hands it connections.

    Parameters
    ----------
    role : str
        What its forks play: a function of `Role`, as "package.module:name".
    preload : sequence of str
        Modules to import beforehand. One that does not load is skipped: it saves time, no more.
    """

    def __init__(self, role: str = SUPERVISOR, preload: Sequence[str] = ()):
        self.control, theirs = socket.socketpair()
        self._lock, self._loaded = threading.Lock(), False
        with theirs:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with  # see close
                [sys.executable, "-P", "-m", "sandbox", role, str(theirs.fileno()), *preload],
                env=scrubbed_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the command, which then ends us in order
            )

    def wait(self) -> None:
        """Return when it has loaded what it loads: that is not a learner's time."""
        with self._lock:
            self._loaded = self._loaded or bool(self.control.recv(1))

    @property
    def alive(self) -> bool:
        """Whether it can still be handed a connection."""
        return self.process.poll() is None

    def crashed(self) -> bool:
        """Whether it has ended by an error of its own: a learner's code may only have killed it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(CRASH_S) > 0
        return False

    def close(self) -> None:
        """End it. Its copies end with their own connections."""
        self.control.close()
        try:
            self.process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def connect(control: socket.socket, *more: int) -> socket.socket:
    """Have a zygote fork, and return our end of the connection to the fork.

    Parameters
    ----------
    control : socket
        A zygote's; may be shared by many processes and threads.
    more : int
        Further file descriptors that the fork is to have.

    Raises
    ------
    OSError
        The zygote is gone.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            # one byte and its descriptors travel together, whoever else is writing
            socket.send_fds(control, [b"+"], [theirs.fileno(), *more])
    except OSError:
        ours.close()
        raise
    return ours


def load(preload: Sequence[str]) -> None:
    """Import modules ahead, and settle them in memory."""
    for name in preload:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if "_pytest.config" in sys.modules:  # it would load its own plugins in each fork
        for plugin in sys.modules["_pytest.config"].default_plugins:
            importlib.import_module(f"_pytest.{plugin}")
    # the first traceback in each fork would otherwise look for the file of every module
    inspect.getmodule(load.__code__)
    gc.collect()
    gc.freeze()  # a fork's collector would otherwise copy every page it looks at
    use_huge_pages()
    warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork", append=False)


def serve(control: socket.socket, role: Role) -> None:
    """Fork for each connection, until nobody holds the other end of `control`."""
    become_subreaper()
    with contextlib.suppress(BrokenPipeError):  # nobody needs it any more
        control.send(b"+")  # loaded
    forks: set[int] = set()
    while True:
        with contextlib.suppress(TimeoutError):
            control.settimeout(BURY_S if forks else None)
            try:
                message, descriptors, _, _ = socket.recv_fds(control, 1, 8)
            except ConnectionResetError:  # closed before it was read that we have loaded
                return
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                control.close()
                _run(role, descriptors)
            forks.add(pid)
            for descriptor in descriptors:
                os.close(descriptor)
        _bury(forks)


def _run(role: Role, descriptors: list[int]) -> NoReturn:
    """Be a fork: play the role until the connection ends, and never come back."""
    try:
        connection = socket.socket(fileno=descriptors[0])
        with connection:
            role(connection, descriptors[1:])
    except (BrokenPipeError, ConnectionResetError):
        pass  # nobody waits for the answer any more
    finally:
        if (error := sys.exc_info()[1]) is not None:
            traceback.print_exception(error)
        os._exit(0)


def _bury(forks: set[int]) -> None:
    """Reap forks that have ended, and end what a supervisor that was killed has left behind."""
    orphans = False
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            forks.discard(ended[0])
            orphans = orphans or os.WIFSIGNALED(ended[1])
    if orphans:
        for process in psutil.Process().children():
            if process.pid not in forks:
                for member in [process, *process.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error):
                        member.kill()
