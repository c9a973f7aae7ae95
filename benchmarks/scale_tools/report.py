"""The section of RESULTS.md: tables, and sentences whose figures and verdicts are computed."""

import os
import statistics

from common import table
from scale_tools.dataset import FILES, GROUPS, ROWS, SOME_ROWS
from scale_tools.turns import SCHEDULER, SERVER, STEPS, WRITE, Figures

Turns = dict[int, list[Figures]]  # by workers; 0 are one process
PARQUET, SQLITE, POSTGRESQL = "Parquet", "SQLite", "PostgreSQL"
CORES = os.cpu_count() or 1
ALL_BUSY = 0.9  # of the cores: a worker that has to wait leaves far more of its own
SPEED = ["rows/s", "beside", "processor seconds a million rows", "cores busy", "others"]

HEADING = """## Scale-out

{rows:,} sales in {files} Parquet files of {groups} row groups, the default model, {cores} cores;
medians of {turns} turns in rotation, each of which gave the prices of one process. *beside* is the
ratio of rows/s to one process within a round. *others* are the cores that anything else on the
machine kept busy; a turn that they disturbed was taken again, twice at most.

### On a cluster that is up

Workers of one thread; the model is loaded and each has priced a piece before the clock starts.
"""
TIME = """### Where the time goes

Processor time of all processes together, microseconds a row.
"""
DATABASES = """### Into a database

{rows:,} sales; *beside* is against one process that writes Parquet. A row's time in writing is
split into processor time of the worker and waiting: for a core, the disk, the lock or the server.
"""


def section(turns: dict[str, Turns]) -> str:
    """Return what was measured, turns by place and workers, as markdown."""
    parquet = turns[PARQUET]
    facts = {"rows": ROWS, "files": FILES, "groups": GROUPS, "cores": CORES}
    rows = [[_name(workers), *_speed(each, parquet[0])] for workers, each in parquet.items()]
    parts = [HEADING.format(**facts, turns=len(parquet[0])), table(["way", *SPEED], rows)]
    parts += [TIME, _steps(parquet), _what_limits(parquet), DATABASES.format(rows=SOME_ROWS)]
    return "\n".join([*parts, _databases(turns)])


def _name(workers: int) -> str:
    return f"{workers} worker{'s' if workers > 1 else ''}" if workers else "one process"


def _median(turns: list[Figures], name: str) -> float:
    return statistics.median(turn[name] for turn in turns)


def _ratio(turns: list[Figures], name: str, other: str) -> float:
    return statistics.median(turn[name] / turn[other] for turn in turns)


def _speed(turns: list[Figures], alone: list[Figures]) -> list[str]:
    pairs = zip(turns, alone, strict=True)
    beside = statistics.median(one["rows/s"] / other["rows/s"] for one, other in pairs)
    more = [beside, *(_median(turns, name) for name in ("cpu", "cores", "others"))]
    return [f"{_median(turns, 'rows/s'):,.0f}", *(f"{figure:.2f}" for figure in more)]


def _steps(turns: Turns) -> str:
    rows = []
    for step in (f"cpu {step}" for step in (*STEPS, SCHEDULER)):
        medians = [f"{_median(each, step):.2f}" for each in turns.values()]
        rows.append([step.removeprefix("cpu "), *medians, f"{_ratio(turns[0], step, 'cpu'):.0%}"])
    return table(["step", *map(_name, turns), "share in one process"], rows)


def _widest(turns: Turns) -> int:
    """Return the most workers that have a core each."""
    return max(workers for workers in turns if workers <= CORES)


def _what_limits(turns: Turns) -> str:
    """Say whether the processor is what limits the widest cluster, and which step most of all."""
    here = turns[_widest(turns)]
    ours, others = _median(here, "cores"), _median(here, "others")
    dearer = _median(here, "cpu") / _median(turns[0], "cpu") - 1
    step = max((*STEPS, SCHEDULER, SERVER), key=lambda step: _median(here, f"cpu {step}"))
    if ours + others >= ALL_BUSY * CORES:
        share = _ratio(here, f"cpu {step}", "cpu")
        verdict = f"the processor limits it, most of all the {step}, {share:.0%} of its time"
    else:
        waiting = 1 - _ratio(here, f"cpu {WRITE}", f"wall {WRITE}")
        verdict = f"cores are left over: {waiting:.0%} of the time in writing is waiting"
    return (
        f"{_name(_widest(turns))} kept {ours:.2f} of {CORES} cores busy and others {others:.2f}:"
        f" {verdict}. A row takes {dearer:+.0%} processor time beside one process.\n"
    )


def _databases(turns: dict[str, Turns]) -> str:
    names = [name for name in turns if name != PARQUET]
    head = ["database", "way", *SPEED, "writing, us", "of it waiting, us", "server, us"]
    rows = [
        [name, _name(workers), *_speed(each, turns[PARQUET][0]), *_writing(each)]
        for name in names
        for workers, each in turns[name].items()
    ]
    words = [f"{name}: {_what_limits(turns[name])}" for name in names]
    if POSTGRESQL not in turns:
        words.append("PostgreSQL was not measured: not in /usr/lib/postgresql (apt install it).\n")
    return "\n".join([table(head, rows), *words])


def _writing(turns: list[Figures]) -> list[str]:
    waiting = statistics.median(turn[f"wall {WRITE}"] - turn[f"cpu {WRITE}"] for turn in turns)
    medians = [_median(turns, f"wall {WRITE}"), waiting, _median(turns, f"cpu {SERVER}")]
    return [f"{median:.2f}" for median in medians]
