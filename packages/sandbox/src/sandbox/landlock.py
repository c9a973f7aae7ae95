"""Keeps a learner's code to its scratch directory, where the kernel is a Linux that can.

Landlock asks for no privilege and cannot be undone: from then on the process and all that it
starts may change no file elsewhere, and send no signal to, nor trace, a process outside. That
covers `shutil.rmtree(Path.home())` as well as `os.kill(-1, 9)`. Reading stays free.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # numbers of the system calls
VERSION_ONLY = 1
BENEATH_A_PATH = 1
NO_NEW_PRIVILEGES = 38
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))  # make and remove whatever there is
MOVE_ACROSS = 1 << 13
SIGNALS = 1 << 1
# what every program may write to
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/shm")


def version() -> int:
    """Return what the kernel knows of Landlock: 0 for nothing; 6 adds signals."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(CREATE_RULESET, None, 0, VERSION_ONLY))


def restrict(writable: Iterable[Path | str]) -> bool:
    """Allow this process to write below `writable` only, for good; False where that cannot be."""
    known = version()
    if known == 0:
        return False
    access = WRITE_FILE | CHANGE_FOLDERS
    access |= (MOVE_ACROSS if known >= 2 else 0) | (TRUNCATE if known >= 3 else 0)
    # files, network, scope: an older kernel takes a shorter table
    table = struct.pack("QQQ", access, 0, SIGNALS)[: 24 if known >= 6 else 8]
    ruleset = _call(CREATE_RULESET, table, len(table), 0)
    try:
        for path in (*DEVICES, *writable):
            _allow(ruleset, str(path), access)
        ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return _call(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    if not os.path.exists(path):
        return
    if not os.path.isdir(path):
        access &= WRITE_FILE | TRUNCATE
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        _call(ADD_RULE, ruleset, BENEATH_A_PATH, struct.pack("=Qi", access, descriptor), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: int | bytes | None) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
