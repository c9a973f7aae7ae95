"""What is priced: simulated sales in several Parquet files, made once and kept in .bench."""

import itertools
import shutil

import pyarrow as pa
from pyarrow import parquet
from regression_model.simulation import iter_sales

from common import SCRATCH, say, train

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
    if HOUSES.exists():
        return
    say(f"simulating {ROWS:,} sales")
    part = HOUSES.with_suffix(".part")  # until all files are there
    for folder in (part, SOME_HOUSES):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    blocks = iter_sales(ROWS, seed=1)
    for number in range(FILES):
        groups = [pa.concat_tables(itertools.islice(blocks, BLOCKS)) for _ in range(GROUPS)]
        file = part / f"{number}.parquet"
        parquet.write_table(pa.concat_tables(groups), file, row_group_size=BLOCKS * BLOCK_ROWS)
        if number < SOME_FILES:
            shutil.copy(file, SOME_HOUSES)
    part.rename(HOUSES)
