"""What a process settles with the kernel about its parents and children; nothing where none can."""

from __future__ import annotations

import signal
import sys


def become_subreaper() -> None:
    """Make orphans of this process' children its own, so that a daemon cannot slip away."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def be_opaque() -> None:
    """Let no other process of this user look into this one."""
    _prctl(4, 0)  # PR_SET_DUMPABLE


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes  # pylint: disable=import-outside-toplevel  # only Linux has the call

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
