"""A process that is filtered reaches no other one, and leaves no mark in the kernel."""

import ctypes
import errno
import os
import resource
import subprocess
import sys

import pytest

from sandbox import seccomp

REFUSED = {
    "the limits of another process": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "the processors of another process": "os.sched_setaffinity(os.getppid(), {0})",
    "the priority of another process": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "the priority of a group of processes": "os.setpriority(os.PRIO_PGRP, 0, 19)",
    "how another process is scheduled": (
        "os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))"
    ),
    "shared memory of System V": "call('shmget', 4242, 4096, 0o1600)",
    "a semaphore of System V": "call('semget', 4242, 1, 0o1600)",
    "a queue of System V": "call('msgget', 4242, 0o1600)",
    "a queue of messages": "call('mq_open', b'/course', 0o102, 0o600, None)",
    "a mount": "call('mount', b'none', b'/mnt', b'tmpfs', 0, None)",
    "the end of a mount": "call('umount2', b'/dev/shm', 2)",
    "another namespace": "call('unshare', 0x10000000)",
    "a trace": "call('ptrace', 16, os.getppid(), None, None)",
}
ALLOWED = {
    "its own limits": "resource.prlimit(0, resource.RLIMIT_CORE, (0, 0))",
    "its own processors": "os.sched_setaffinity(0, os.sched_getaffinity(0))",
    "its own priority": "os.setpriority(os.PRIO_PROCESS, 0, 5)",
    "the usual policy for a thread": (
        "import threading; own = ctypes.c_ulong(threading.get_ident());"
        "assert ctypes.CDLL(None).pthread_setschedparam(own, 0, ctypes.byref(ctypes.c_int(0))) == 0"
    ),
    "a process": "assert os.waitpid(os.spawnlp(os.P_NOWAIT, 'true', 'true'), 0)[1] == 0",
    "locks between processes": (
        "import multiprocessing as m; p = m.Pool(2); assert p.map(abs, [-1]) == [1]; p.close()"
    ),
    "a file's mode": "import tempfile; os.chmod(tempfile.mkdtemp(), 0o700)",
}
PROGRAM = """
import ctypes, os, resource, sys
from sandbox import seccomp

def call(name, *arguments):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)

assert seccomp.restrict()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="seccomp is of Linux")


def filtered(code: str) -> str:
    """Run code in a filtered process; return the last line of what it complains of."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + code], capture_output=True, text=True, check=False
    )
    return done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_what_reaches_beyond_the_process_is_refused(code):
    before = resource.prlimit(0, resource.RLIMIT_CPU), os.sched_getaffinity(0), os.nice(0)

    said = filtered(code)

    assert f"[Errno {errno.EPERM}]" in said or "PermissionError" in said
    after = resource.prlimit(0, resource.RLIMIT_CPU), os.sched_getaffinity(0), os.nice(0)
    assert after == before


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED)
def test_what_right_answers_do_is_allowed(code):
    assert filtered(code) == ""


def test_on_a_machine_whose_numbers_are_unknown_there_is_no_filter(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")

    assert seccomp.restrict() is False
    assert ctypes.CDLL(None).getpid() == os.getpid()
