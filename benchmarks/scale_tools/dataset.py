"""What is priced: simulated sales in several Parquet files, made once and kept in .bench."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from regression_model.simulation import iter_sales

from service_tools.contenders import SCRATCH
from service_tools.prepare import say, train

WORK = SCRATCH / "scale"
HOUSES = WORK / "houses"
SOME_HOUSES = WORK / "some_houses"

FILES, GROUPS, BLOCKS = 8, 4, 8  # files, row groups of a file, blocks of the simulation in one
BLOCK_ROWS = 8192
ROWS = FILES * GROUPS * BLOCKS * BLOCK_ROWS
SOME_FILES = 2
SOME_ROWS = ROWS * SOME_FILES // FILES


def prepare() -> None:
    """Make the model and both datasets, unless they are there."""
    train()
    if not HOUSES.exists():
        say(f"simulating {ROWS:,} sales")
        write_houses()
    if not SOME_HOUSES.exists():
        SOME_HOUSES.mkdir()
        for file in sorted(HOUSES.iterdir())[:SOME_FILES]:
            shutil.copy(file, SOME_HOUSES)


def write_houses() -> None:
    """Write the files of the dataset; it appears when all of them are there."""
    part = HOUSES.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    blocks = iter_sales(ROWS, seed=1)
    for number in range(FILES):
        _write_file(part / f"{number}.parquet", blocks)
    part.rename(HOUSES)


def _write_file(path: Path, blocks: Iterator[pa.Table]) -> None:
    groups = [pa.concat_tables(itertools.islice(blocks, BLOCKS)) for _ in range(GROUPS)]
    parquet.write_table(pa.concat_tables(groups), path, row_group_size=BLOCKS * BLOCK_ROWS)
