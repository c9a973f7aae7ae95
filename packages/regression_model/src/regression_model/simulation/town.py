"""The town of the simulation, written by hand: its parts, the forms of its houses, and its market.

`parts.csv` says of each part of the town how many houses it has (`share`), when they were built
(`built`, `spread` in years), how good they are (`quality`), what the address is worth (`worth`, in
log dollars) and how large the lots are (`lot`, mean of log square feet). `forms.csv` says of each
form of house how often it is among new ones (`share`) and those from before 1940 (`share_old`), its
codes (`dwelling_old`: built before 1946), the share of the living area on the first floor, and by
how much it is bigger than a bungalow (in log square feet). `town.toml` has the rest.
"""

import tomllib
from pathlib import Path

import numpy as np

_FOLDER = Path(__file__).parent


def _read_records(name: str) -> np.recarray:
    """Read a CSV file; NumPy does in a millisecond what takes pandas four."""
    options = {"delimiter": ",", "names": True, "dtype": None, "encoding": "utf-8"}
    return np.genfromtxt(_FOLDER / name, **options).view(np.recarray)


PARTS = _read_records("parts.csv")
FORMS = _read_records("forms.csv")
TOWN = tomllib.loads((_FOLDER / "town.toml").read_text(encoding="utf-8"))
