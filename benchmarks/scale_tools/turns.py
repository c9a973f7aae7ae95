"""What one turn took: clocks in those who price, and the machine around them.

The figures of a turn, by name: `rows/s`; `cores` that it kept busy, and `others` that anything else
on the machine did; microseconds of a row by step, `cpu STEP` of the processor and `wall STEP` on
the clock; and `cpu`, those of the processor together.
"""

import time
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import psutil
from regression_model import Model
from regression_model.scale import cluster, destinations, scoring

from clocks import Clocks
from common import cpu_seconds

READ, ENCODE, RUN = "reading Parquet", "checking and encoding", "ONNX run"
TABLE, WRITE, REST = "table of prices", "writing", "Dask and the rest"
STEPS = (READ, ENCODE, RUN, TABLE, WRITE, REST)
SCHEDULER, SERVER = "scheduler and client", "database's server"
_PRICING, _ALL = "pricing", "all"

Figures = dict[str, float]
CLOCKS = Clocks(time.process_time)  # of this process


def install_clocks() -> None:
    """Put the clocks of this process around the steps, once."""
    CLOCKS.time_items(cluster, "read_chunks", READ)
    CLOCKS.time(scoring, "score_table", _PRICING)
    CLOCKS.time(scoring, "encode_table", ENCODE)
    CLOCKS.time(Model, "predict", RUN)
    CLOCKS.time(destinations.FolderDestination, "write", _ALL)
    CLOCKS.time(destinations.DatabaseDestination, "write", _ALL)


def reset_clocks() -> None:
    """Set the clocks of this process to zero."""
    CLOCKS.reset()


def read_clocks() -> dict[str, np.ndarray]:
    """Return the seconds of each step of this process; together, all since they were zero."""
    spent = CLOCKS.spent
    # writing asks for the prices, and pricing for the encoded rows: their own is what is left
    return {
        READ: spent[READ],
        ENCODE: spent[ENCODE],
        RUN: spent[RUN],
        TABLE: spent[_PRICING] - spent[ENCODE] - spent[RUN],
        WRITE: spent[_ALL] - spent[_PRICING] - spent[READ],
        REST: CLOCKS.all() - spent[_ALL],
    }


def look(server_pid: int) -> np.ndarray:
    """Return the seconds of the clock, of this process, of a server if any, of the machine."""
    machine = psutil.cpu_times()
    server = cpu_seconds(server_pid) if server_pid else 0.0
    busy = machine.user + machine.system
    return np.array([time.perf_counter(), time.process_time(), server, busy])


def figures(
    rows: int, took: np.ndarray, clocks: Iterable[dict[str, np.ndarray]], *, apart: bool
) -> Figures:
    """Return the figures of a turn, from what passed between two looks and the clocks of all.

    `apart` says that this process only looked on while others priced.
    """
    seconds, here, server, machine = took.tolist()
    spent: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))
    spent[SCHEDULER][1], spent[SERVER][1] = here if apart else 0.0, server
    for one in clocks:
        for step, its in one.items():
            spent[step] = spent[step] + its
    ours = float(sum(cpu for _, cpu in spent.values()))
    told = {"rows/s": rows / seconds, "cores": ours / seconds, "cpu": ours / rows * 1e6}
    told["others"] = max(machine - ours, 0) / seconds
    for step, its in spent.items():
        told[f"wall {step}"], told[f"cpu {step}"] = (its / rows * 1e6).tolist()
    return told
