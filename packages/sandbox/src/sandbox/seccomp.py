"""Refuses system calls by which a learner's code would reach other processes, or leave marks.

A filter asks for no privilege, holds for the process and all that it starts, and cannot be undone.
A refused call fails with EPERM. What Landlock covers (files, signals) is not repeated here.
"""

import ctypes
import errno
import platform
import struct
import sys
from typing import NamedTuple

SET_SECCOMP, FILTER_MODE, NO_NEW_PRIVILEGES = 22, 2, 38  # of prctl
LOAD, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # of classic BPF, on 32-bit words
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where they are in what a filter looks at
OTHER_ABI = 0x40000000  # from here on calls of x32, which go by other numbers


class _Machine(NamedTuple):
    """Numbers of one architecture: its own, and those of calls.

    `of_others` are allowed where arguments, by their place, have these values: for a call on the
    caller itself, or one that does no harm to others.
    """

    audit: int
    refused: tuple[int, ...]
    of_others: dict[int, dict[int, int]]


# mount umount2 pivot_root setns unshare · ptrace process_vm_readv process_vm_writev ·
# shmget semget msgget mq_open add_key request_key keyctl · migrate_pages move_pages
# and, by the same numbers everywhere, open_tree move_mount fsopen fsconfig fsmount fspick
# mount_setattr
# and of others: prlimit64 sched_setparam sched_setaffinity sched_setattr, of process 0; setpriority
# ioprio_set, of a process (rather than of a group or a user), 0; sched_setscheduler, to the usual
# policy 0: ZeroMQ does that to its own threads, which have numbers of their own
_NEW_MOUNTS = (428, 429, 430, 431, 432, 433, 442)
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        (165, 166, 155, 308, 272, 101, 310, 311, 29, 64, 68, 240, 248, 249, 250, 256, 279),
        {
            302: {0: 0},
            142: {0: 0},
            203: {0: 0},
            314: {0: 0},
            141: {0: 0, 1: 0},
            251: {0: 1, 1: 0},
            144: {1: 0},
        },
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (40, 39, 41, 268, 97, 117, 270, 271, 194, 190, 186, 180, 217, 218, 219, 238, 239),
        {
            261: {0: 0},
            118: {0: 0},
            122: {0: 0},
            274: {0: 0},
            140: {0: 0, 1: 0},
            30: {0: 1, 1: 0},
            119: {1: 0},
        },
    ),
}


def restrict() -> bool:
    """Put the filter on this process, for good; False where that cannot be."""
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    program = _program(machine)
    text = ctypes.create_string_buffer(program)
    table = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(text))
    call = ctypes.CDLL(None).prctl
    call(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return int(call(SET_SECCOMP, FILTER_MODE, ctypes.c_char_p(table), 0, 0)) == 0


def _program(machine: _Machine) -> bytes:
    """Return the filter: a list of instructions, which jump over those that do not apply."""
    refuse, allow = _step(RETURN, REFUSE), _step(RETURN, ALLOW)
    steps = [_step(LOAD, ARCHITECTURE), _step(IF_EQUAL, machine.audit, 1, 0), refuse]
    steps += [_step(LOAD, NUMBER), _step(IF_AT_LEAST, OTHER_ABI, 0, 1), refuse]
    for number in (*machine.refused, *_NEW_MOUNTS):
        steps += [_step(IF_EQUAL, number, 0, 1), refuse]
    for number, arguments in machine.of_others.items():
        mine: list[bytes] = []
        for place, value in arguments.items():
            mine += [_step(LOAD, ARGUMENTS + 8 * place), _step(IF_EQUAL, value, 1, 0), refuse]
        steps += [_step(IF_EQUAL, number, 0, len(mine) + 1), *mine, allow]
    return b"".join([*steps, allow])


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
