"""The section of RESULTS.md: tables, and sentences whose figures and verdicts are computed."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable

from regression_model.scale.pieces import PIECE_ROWS

from scale_tools import postgres
from scale_tools.dataset import FILES, GROUPS, ROWS, SOME_ROWS
from scale_tools.steps import STEPS, WRITE
from scale_tools.turns import SCHEDULER, SERVER, Turn
from service_tools.report import table

Turns = dict[int, list[Turn]]
PARQUET, SQLITE, POSTGRESQL = "Parquet", "SQLite", "PostgreSQL"
CORES = os.cpu_count() or 1
ALL_BUSY = 0.9  # of the cores: a worker that has to wait leaves far more of its own

HEADING = """## Scale-out

{rows:,} sales in {files} Parquet files of {groups} row groups, the default model, {cores} cores;
medians of {turns} turns in rotation, each of which gave the prices of one process. *beside* is the
ratio of rows/s to one process within a round. *others* are the cores that anything else on the
machine kept busy; a turn that they disturbed was taken again, twice at most.
"""
RUNNING = """### On a cluster that is up

Workers of one thread; the model is loaded and each has priced a piece before the clock starts.
"""
WHOLE = """### The whole command

Start of Python included, and for `regression-model predict --scheduler local` that of the cluster.
"""
STEPS_HEADING = """### Where the time goes

Processor time of all processes together, microseconds a row.
"""
DATABASES = """### Into a database

{rows:,} sales; *beside* is against one process that writes Parquet. A row's time in writing is
split into processor time of the worker and waiting: for a core, the disk, the lock or the server.
"""


def section(turns: dict[str, Turns], commands: dict[int, list[float]], empty_piece: float) -> str:
    """Return what was measured as markdown."""
    parquet = turns[PARQUET]
    facts = {"rows": ROWS, "files": FILES, "groups": GROUPS, "cores": CORES}
    parts = [HEADING.format(**facts, turns=len(parquet[0]))]
    parts += [RUNNING, _running(parquet), WHOLE, _whole(commands)]
    parts += [
        STEPS_HEADING,
        _steps(parquet),
        _what_limits(parquet),
        _scheduler(parquet, empty_piece),
    ]
    parts += [DATABASES.format(rows=SOME_ROWS), _databases(turns)]
    return "\n".join(parts)


def _name(workers: int) -> str:
    return f"{workers} worker{'s' if workers > 1 else ''}" if workers else "one process"


def _median(turns: list[Turn], figure: Callable[[Turn], float]) -> float:
    return statistics.median(map(figure, turns))


def _beside(turns: list[Turn], alone: list[Turn]) -> float:
    pairs = zip(turns, alone, strict=True)
    return statistics.median(one.per_second / other.per_second for one, other in pairs)


def _speed(turns: list[Turn], alone: list[Turn]) -> list[str]:
    return [
        f"{_median(turns, lambda turn: turn.per_second):,.0f}",
        f"{_beside(turns, alone):.2f}",
        f"{_median(turns, Turn.cpu):.2f}",
        f"{_median(turns, lambda turn: turn.cores):.2f}",
        f"{_median(turns, lambda turn: turn.others):.2f}",
    ]


SPEED = ["rows/s", "beside", "processor seconds a million rows", "cores busy", "others"]


def _running(turns: Turns) -> str:
    rows = [[_name(workers), *_speed(each, turns[0])] for workers, each in turns.items()]
    return table(["way", *SPEED], rows)


def _whole(commands: dict[int, list[float]]) -> str:
    rows = []
    for workers, seconds in commands.items():
        ratio = statistics.median(one / own for one, own in zip(commands[0], seconds, strict=True))
        middle = statistics.median(seconds)
        rows.append([_name(workers), f"{middle:.1f}", f"{ROWS / middle:,.0f}", f"{ratio:.2f}"])
    return table(["way", "seconds", "rows/s", "beside"], rows)


def _steps(turns: Turns) -> str:
    rows = []
    for step in (*STEPS, SCHEDULER):
        figures = [_median(each, lambda turn, step=step: turn.cpu(step)) for each in turns.values()]
        share = _median(turns[0], lambda turn, step=step: turn.cpu(step) / turn.cpu())
        rows.append([step, *(f"{figure:.2f}" for figure in figures), f"{share:.0%}"])
    return table(["step", *map(_name, turns), "share in one process"], rows)


def _widest(turns: Turns) -> int:
    """Return the most workers that have a core each."""
    return max(workers for workers in turns if workers <= CORES)


def _what_limits(turns: Turns, *, where: str = "") -> str:
    """Say whether the processor is what limits the widest cluster, and which step most of all."""
    workers = _widest(turns)
    here, alone = turns[workers], turns[0]
    ours, others = _median(here, lambda turn: turn.cores), _median(here, lambda turn: turn.others)
    step = max(here[0].spent, key=lambda step: _median(here, lambda turn: turn.cpu(step)))
    share = _median(here, lambda turn: turn.cpu(step) / turn.cpu())
    waiting = _median(here, lambda turn: turn.waiting(WRITE) / turn.wall(WRITE))
    dearer = _median(here, Turn.cpu) / _median(alone, Turn.cpu) - 1
    if ours + others >= ALL_BUSY * CORES:
        verdict = f"the processor limits it, most of all the {step}, {share:.0%} of its time"
    else:
        verdict = f"cores are left over: {waiting:.0%} of the time in writing is waiting"
    return (
        f"{where}{_name(workers)} kept {ours:.2f} of {CORES} cores busy and others {others:.2f}:"
        f" {verdict}. A row takes {dearer:+.0%} processor time beside one process.\n"
    )


def _scheduler(turns: Turns, empty_piece: float) -> str:
    """Say how many workers a scheduler could feed, by what an empty piece costs it."""
    seconds = PIECE_ROWS / 1e6 * _median(turns[1], Turn.cpu)
    return (
        f"A piece of {PIECE_ROWS:,} rows takes a worker {seconds:.2f} s, and an empty one takes"
        f" scheduler and workers {empty_piece * 1000:.1f} ms: by that alone, one scheduler feeds"
        f" some {seconds / empty_piece:,.0f} workers.\n"
    )


def _databases(turns: dict[str, Turns]) -> str:
    names = [name for name in turns if name != PARQUET]
    head = ["database", "way", *SPEED, "writing, us", "of it waiting, us", "server, us"]
    rows = [
        [name, _name(workers), *_speed(each, turns[PARQUET][0]), *_writing(each)]
        for name in names
        for workers, each in turns[name].items()
    ]
    words = [_what_limits(turns[name], where=f"{name}: ") for name in names]
    words.insert(1, _one_writer(turns[SQLITE]))
    if why := postgres.missing():
        words.append(f"PostgreSQL was not measured: {why}.\n")
    return "\n".join([table(head, rows), *words])


def _writing(turns: list[Turn]) -> list[str]:
    return [
        f"{_median(turns, lambda turn: turn.wall(WRITE)):.2f}",
        f"{_median(turns, lambda turn: turn.waiting(WRITE)):.2f}",
        f"{_median(turns, lambda turn: turn.cpu(SERVER)):.2f}",
    ]


def _one_writer(turns: Turns) -> str:
    """Say how fast SQLite can get at most, if one process writes after the other."""
    most = 1e6 / _median(turns[0], lambda turn: turn.wall(WRITE))
    reached = _median(turns[_widest(turns)], lambda turn: turn.per_second)
    return (
        f"SQLite lets in one writer at a time, so no number of workers gets more than {most:,.0f}"
        f" rows/s into it; {_name(_widest(turns))} reach {reached / most:.0%} of that.\n"
    )
