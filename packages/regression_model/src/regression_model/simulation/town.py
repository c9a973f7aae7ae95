"""The town of the simulation: its parts, and the forms of its houses, written by hand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of the town: how many houses, how old, how good, and what the address is worth."""

    share: float
    built: int
    spread: int
    quality: float
    worth: float  # log dollars
    lot: float = 9.1  # mean log square feet


TOWN = {
    "NAmes": Part(150, 1960, 8, 5.2, -0.02, 9.15),
    "CollgCr": Part(100, 1998, 9, 6.5, 0.03, 9.10),
    "OldTown": Part(85, 1922, 20, 5.3, -0.10, 8.95),
    "Edwards": Part(68, 1955, 20, 5.0, -0.09, 9.10),
    "Somerst": Part(62, 2003, 3, 7.2, 0.06, 8.90),
    "Gilbert": Part(55, 1998, 5, 6.4, 0.01, 9.20),
    "NridgHt": Part(54, 2004, 2, 8.1, 0.15, 9.20),
    "Sawyer": Part(52, 1963, 8, 5.1, -0.04, 9.15),
    "NWAmes": Part(50, 1975, 5, 6.1, 0.00, 9.30),
    "SawyerW": Part(42, 1988, 12, 6.2, -0.01, 9.15),
    "BrkSide": Part(40, 1931, 12, 5.2, -0.04, 8.85),
    "Crawfor": Part(36, 1945, 22, 6.2, 0.12, 9.25),
    "Mitchel": Part(36, 1982, 14, 5.6, -0.03, 9.20),
    "NoRidge": Part(29, 1995, 3, 7.8, 0.16, 9.40),
    "Timber": Part(27, 1992, 10, 7.0, 0.06, 9.60),
    "IDOTRR": Part(26, 1925, 16, 4.8, -0.18, 8.90),
    "ClearCr": Part(20, 1966, 14, 5.9, 0.07, 9.90),
    "StoneBr": Part(18, 1999, 6, 8.0, 0.18, 9.15),
    "SWISU": Part(18, 1926, 10, 5.4, -0.05, 8.90),
    "Blmngtn": Part(12, 2004, 2, 7.0, 0.02, 8.10),
    "MeadowV": Part(12, 1973, 3, 4.5, -0.20, 7.70),
    "BrDale": Part(11, 1971, 2, 5.7, -0.19, 7.50),
    "Veenker": Part(8, 1977, 5, 6.7, 0.12, 9.50),
    "NPkVill": Part(6, 1976, 2, 6.1, -0.03, 7.90),
    "Blueste": Part(3, 1980, 2, 6.0, -0.03, 7.60),
    "Greens": Part(2, 1986, 2, 6.8, 0.05, 8.00),
    "GrnHill": Part(0.5, 1990, 5, 6.9, 0.10, 9.00),
    "Landmrk": Part(0.3, 1994, 5, 6.2, -0.02, 8.10),
}


@dataclass(frozen=True)
class Form:
    """A form of house: how often among new and among old ones, its codes, and its first floor."""

    share: float
    share_old: float  # among houses built before 1940
    building: str
    style: str
    dwelling: int
    dwelling_old: int  # code of the same form built before 1946
    first_floor: float  # share of the living area
    bigger: float  # log square feet more than a bungalow


FORMS = (
    Form(440, 220, "1Fam", "1Story", 20, 30, 1.00, 0.00),
    Form(270, 260, "1Fam", "2Story", 60, 70, 0.51, 0.30),
    Form(40, 380, "1Fam", "1.5Fin", 50, 50, 0.62, 0.15),
    Form(55, 0, "1Fam", "SLvl", 80, 80, 0.85, 0.06),
    Form(26, 0, "1Fam", "SFoyer", 85, 85, 0.97, -0.10),
    Form(3, 40, "1Fam", "1.5Unf", 45, 45, 0.98, -0.10),
    Form(2, 35, "1Fam", "2.5Unf", 75, 75, 0.48, 0.30),
    Form(1, 25, "1Fam", "2.5Fin", 75, 75, 0.42, 0.45),
    Form(2, 6, "1Fam", "1Story", 40, 40, 1.00, 0.05),
    Form(62, 0, "TwnhsE", "1Story", 120, 120, 1.00, 0.00),
    Form(26, 0, "TwnhsE", "2Story", 160, 160, 0.50, 0.05),
    Form(24, 0, "Twnhs", "2Story", 160, 160, 0.48, -0.08),
    Form(8, 0, "Twnhs", "SLvl", 180, 180, 0.80, -0.20),
    Form(34, 0, "Duplex", "1Story", 90, 90, 1.00, 0.12),
    Form(8, 0, "Duplex", "2Story", 90, 90, 0.52, 0.30),
    Form(8, 25, "2fmCon", "2Story", 190, 190, 0.55, 0.28),
    Form(6, 25, "2fmCon", "1.5Fin", 190, 190, 0.62, 0.18),
)
