"""What one turn took: the rows, the clocks of those who priced, and the machine around them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from scale_tools.steps import Seconds, Spent

SCHEDULER, SERVER = "scheduler and client", "database's server"


@dataclass(frozen=True)
class Turn:
    """What one turn took.

    Parameters
    ----------
    rows : int
        Rows priced.
    seconds : float
        From the call to the last row kept.
    spent : dict of str to Seconds
        By step, of all processes that priced together; and of those that helped them.
    others : float
        Cores that anything else on the machine kept busy meanwhile.
    """

    rows: int
    seconds: float
    spent: Spent
    others: float

    @property
    def per_second(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def cores(self) -> float:
        """Cores kept busy."""
        return sum(spent.cpu for spent in self.spent.values()) / self.seconds

    def cpu(self, *steps: str) -> float:
        """Microseconds of processor time that a row takes in some steps, or in all."""
        return sum(self.spent[step].cpu for step in steps or self.spent) / self.rows * 1e6

    def wall(self, step: str) -> float:
        """Microseconds on the clock that a row takes in a step."""
        return self.spent[step].wall / self.rows * 1e6

    def waiting(self, step: str) -> float:
        """Microseconds of them without a processor: for a core, a disk, a lock or a server."""
        return self.wall(step) - self.cpu(step)


@dataclass(frozen=True)
class Look:
    """What clocks show at one moment: on the wall, of this process, the server, the machine."""

    wall: float
    here: float
    server: float
    machine: float

    @classmethod
    def now(cls, server_pid: int) -> Look:
        """Take a look; the number of a server's process is 0 if there is none."""
        machine = psutil.cpu_times()
        server = _seconds_of(server_pid) if server_pid else 0.0
        return cls(time.perf_counter(), time.process_time(), server, machine.user + machine.system)


def _seconds_of(pid: int) -> float:
    """Return the processor time of a process, of its children, and of those that have ended."""
    server = psutil.Process(pid)
    seconds = 0.0
    for child in server.children(recursive=True):
        # one that ends just now is among the ended, which are read last
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds += sum(child.cpu_times()[:2])
    return seconds + sum(server.cpu_times()[:4])


def turn(rows: int, begun: Look, ended: Look, clocks: Iterable[Spent], *, apart: bool) -> Turn:
    """Put a turn together; `apart` if this process only looked on while others priced."""
    spent: Spent = {SCHEDULER: Seconds(cpu=ended.here - begun.here if apart else 0.0)}
    spent[SERVER] = Seconds(cpu=ended.server - begun.server)
    for one in clocks:
        for step, seconds in one.items():
            spent[step] = spent.get(step, Seconds()) + seconds
    seconds = ended.wall - begun.wall
    ours = sum(each.cpu for each in spent.values())
    return Turn(rows, seconds, spent, max(ended.machine - begun.machine - ours, 0) / seconds)
