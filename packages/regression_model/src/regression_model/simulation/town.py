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

import pandas as pd

_FOLDER = Path(__file__).parent


PARTS = pd.read_csv(_FOLDER / "parts.csv").to_records(index=False)
FORMS = pd.read_csv(_FOLDER / "forms.csv").to_records(index=False)
TOWN = tomllib.loads((_FOLDER / "town.toml").read_text(encoding="utf-8"))
