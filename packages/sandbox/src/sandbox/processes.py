"""What a process settles with the kernel about its parents and children; nothing where none can."""

import signal
import sys
from pathlib import Path

COLLAPSE = 25  # MADV_COLLAPSE; a kernel before Linux 6.1 refuses it, and nothing is lost


def become_subreaper() -> None:
    """Make orphans of this process' children its own, so that a daemon cannot slip away."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def be_opaque() -> None:
    """Let no other process of this user look into this one."""
    _prctl(4, 0)  # PR_SET_DUMPABLE


def use_huge_pages() -> None:
    """Put what this process has in memory of its own into few large pages, for its forks.

    A fork copies the table of pages, and frees it at its end: with 250 MB that is most of what it
    costs.
    """
    if sys.platform == "linux":
        import ctypes  # pylint: disable=import-outside-toplevel  # only Linux has the call

        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
            place, access, _, _, inode, *name = line.split(maxsplit=5)
            if access.startswith("rw") and inode == "0" and name in ([], ["[heap]"]):
                start, end = (int(number, 16) for number in place.split("-"))
                madvise(start, end - start, COLLAPSE)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes  # pylint: disable=import-outside-toplevel  # only Linux has the call

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
