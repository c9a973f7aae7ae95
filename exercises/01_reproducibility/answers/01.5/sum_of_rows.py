"""Exercise 01.5: a sum of row hashes needs no sorting, and counts a row as often as it is there."""

import hashlib
import json

import pandas as pd


def fingerprint(table: pd.DataFrame) -> str:
    """Hash what a table says, whatever the order it arrived in."""
    total = 0
    for record in table.astype(object).to_dict("records"):
        row = {
            name: None if pd.isna(cell) else int(cell) if _is_whole(cell) else cell
            for name, cell in record.items()
        }
        text = json.dumps(row, sort_keys=True)
        total += int(hashlib.sha256(text.encode()).hexdigest(), 16)
    return hashlib.sha256(f"{sorted(table.columns)}{total}".encode()).hexdigest()


def _is_whole(cell):
    return isinstance(cell, float) and cell.is_integer()
