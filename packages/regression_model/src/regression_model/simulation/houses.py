"""Draw houses that look like those of a town: old and new parts, rich and poor, with the mess.

Every share, mean and spread, here and in `town`, was written by hand for this simulation; no row of
any real table went into it. What one may count on:

- an empty cell means "none" (alley, basement, garage, pool...) or that nobody knows
  (`LotFrontage`, `MasVnrType`, `Electrical`), and the schema says which;
- areas are skewed, and about two houses in a thousand are far too big and sold half finished;
- `Utilities`, `Street`, `Condition2` and `PoolArea` are nearly constant;
- `TotalBsmtSF` and `GrLivArea` are sums of other columns; garages, rooms and baths grow with size;
- some labels are too rare to be in every sample.
"""

import numpy as np

from regression_model.simulation.sheet import NOTHING, Sheet, code_indices
from regression_model.simulation.town import FORMS, PARTS

# square feet from which a house sold before it was finished counts as one of the odd big ones
ODD_AREA = 4000


def draw_houses(sheet: Sheet, *, first_year: int, last_year: int, drift: float) -> None:
    """Fill the sheet with all features of houses.

    Parameters
    ----------
    sheet : Sheet
        Empty; gets one array per feature of the schema.
    first_year, last_year : int
        Years of sale, both included.
    drift : float
        How far the town has moved on; see `simulate_sales`.
    """
    sheet["YrSold"] = sheet.rng.integers(first_year, last_year + 1, sheet.count)
    part = _draw_place(sheet, drift)
    _draw_lot(sheet, part, drift)
    form = _draw_form(sheet)
    quality = _draw_quality(sheet, part, drift)
    _draw_walls(sheet, quality)
    _draw_living_area(sheet, form, drift)
    _draw_sale(sheet)
    _draw_basement(sheet, quality)
    _draw_services(sheet, quality)
    _draw_rooms(sheet, quality)
    _draw_garage(sheet)
    _draw_outside(sheet)


def _feet(values: np.ndarray, low: int, high: int) -> np.ndarray:
    return np.clip(np.rint(values), low, high).astype(np.int64)


def _draw_place(sheet: Sheet, drift: float) -> np.recarray:
    """Draw part of the town and year of construction; return the part's traits per house."""
    tilt = np.exp(0.15 * drift * (PARTS["quality"] - 6))
    which = sheet.draw(PARTS["share"] * tilt)
    part = PARTS[which]
    sheet["Neighborhood"] = code_indices("Neighborhood", PARTS["Neighborhood"])[which]
    built = _feet(sheet.normal(part["built"] + 3.0 * drift, part["spread"]), 1872, 2200)
    sheet["YearBuilt"] = np.minimum(built, sheet["YrSold"])
    return part


def _draw_lot(sheet: Sheet, part: np.recarray, drift: float) -> None:
    area = np.exp(sheet.normal(part["lot"], 0.32)) * np.where(sheet.chance(0.004), 6, 1)
    sheet["LotArea"] = _feet(area, 1300, 215_000)
    frontage = np.rint(np.clip(0.72 * np.sqrt(sheet["LotArea"]) * sheet.normal(1, 0.18), 21, 313))
    unknown = sheet.chance(np.clip(0.17 + 0.05 * drift, 0, 0.9))
    sheet["LotFrontage"] = np.where(unknown, np.nan, frontage)
    sheet.pick("Street", "Alley")
    no_alley = sheet.chance(np.where(sheet["YearBuilt"] < 1945, 0.8, 0.985))
    sheet.put("Alley", None, no_alley)
    sheet.pick("LotShape", "LandContour", "Utilities", "LotConfig", "LandSlope")
    sheet.pick("Condition1", "Condition2")
    _draw_zone(sheet)


def _draw_zone(sheet: Sheet) -> None:
    sheet.pick("MSZoning")
    crowded = sheet.has("Neighborhood", "OldTown", "BrkSide", "IDOTRR", "MeadowV", "BrDale")
    sheet.put("MSZoning", "RM", crowded & sheet.chance(0.82))
    sheet.put("MSZoning", "FV", sheet.has("Neighborhood", "Somerst") & sheet.chance(0.75))
    commerce = sheet.has("Neighborhood", "IDOTRR") & sheet.chance(0.25)
    sheet.put("MSZoning", "C (all)", commerce)


def _draw_form(sheet: Sheet) -> np.recarray:
    """Draw building, style and dwelling; return the form's traits per house."""
    young, aged = sheet.draw(FORMS["share"]), sheet.draw(FORMS["share_old"])
    which = np.where(sheet["YearBuilt"] < 1940, aged, young)
    for name in ("BldgType", "HouseStyle"):
        sheet[name] = code_indices(name, FORMS[name])[which]
    before, since = (
        code_indices("MSSubClass", FORMS[name])[which] for name in ("dwelling_old", "dwelling")
    )
    sheet["MSSubClass"] = np.where(sheet["YearBuilt"] < 1946, before, since)
    return FORMS[which]


def _draw_quality(sheet: Sheet, part: np.recarray, drift: float) -> np.ndarray:
    """Draw the marks for the whole house; return the unrounded quality behind many columns."""
    newer = np.clip(sheet["YearBuilt"] - part["built"], -30, 30)
    quality = sheet.normal(part["quality"] + 0.015 * newer + 0.2 * drift, 0.85)
    sheet["OverallQual"] = _feet(quality, 1, 10)
    age = sheet["YrSold"] - sheet["YearBuilt"]
    condition = _feet(sheet.normal(5.7, 1.2), 1, 9)
    sheet["OverallCond"] = np.where((age < 12) & sheet.chance(0.93), 5, condition)
    since = (sheet.rng.random(sheet.count) ** 1.5 * (age + 1)).astype(np.int64)
    remodelled = sheet.chance(np.where(age > 5, 0.55, 0.1))
    year = np.where(remodelled, sheet["YrSold"] - since, sheet["YearBuilt"])
    # the records begin in 1950: an older year is written down as that one
    sheet["YearRemodAdd"] = np.maximum(year, np.minimum(1950, sheet["YrSold"]))
    return quality


def _draw_walls(sheet: Sheet, quality: np.ndarray) -> None:
    sheet.pick("RoofStyle", "RoofMatl")
    sheet.pick_by_era("Exterior1st")
    sheet.pick("Exterior2nd")
    # both columns list the same materials in the same order, so the index of one fits the other
    same = sheet.chance(0.87)
    sheet["Exterior2nd"] = np.where(same, sheet["Exterior1st"], sheet["Exterior2nd"])
    _draw_veneer(sheet, quality)
    sheet.grade("ExterQual", sheet.normal(quality, 0.6))
    sheet.grade("ExterCond", sheet.normal(sheet["OverallCond"], 1.0))
    sheet.pick_by_era("Foundation")


def _draw_veneer(sheet: Sheet, quality: np.ndarray) -> None:
    sheet.pick("MasVnrType")
    bare = ~sheet.chance(np.clip(0.4 + 0.12 * (quality - 6), 0.1, 0.85))
    area = np.rint(np.clip(np.exp(sheet.normal(5.3, 0.65)), 11, 1600))
    sheet.put("MasVnrType", "None", bare)
    unknown = sheet.chance(0.006)
    sheet.put("MasVnrType", None, unknown)
    sheet["MasVnrArea"] = np.where(unknown, np.nan, np.where(bare, 0.0, area))


def _draw_living_area(sheet: Sheet, form: np.recarray, drift: float) -> None:
    size = 7.03 + 0.1 * (sheet["OverallQual"] - 6) + form["bigger"] + 0.03 * drift
    living = np.clip(np.exp(sheet.normal(size + 0.12, 0.19)), 334, 3900)
    living = np.where(sheet.chance(0.002), np.clip(living * 2.6, ODD_AREA + 400, 6400), living)
    low = sheet.chance(np.where(sheet["YearBuilt"] < 1945, 0.05, 0.002))
    sheet["LowQualFinSF"] = np.where(low, _feet(living * 0.18, 50, 600), 0)
    share = np.where(form["first_floor"] < 0.97, sheet.normal(form["first_floor"], 0.03), 1.0)
    sheet["1stFlrSF"] = _feet(living * np.clip(share, 0.35, 1.0), 300, 6500)
    sheet["2ndFlrSF"] = _feet(living - sheet["1stFlrSF"], 0, 6500)
    sheet["GrLivArea"] = sheet["1stFlrSF"] + sheet["2ndFlrSF"] + sheet["LowQualFinSF"]


def _draw_sale(sheet: Sheet) -> None:
    months = np.array([40, 40, 75, 100, 145, 175, 160, 85, 45, 60, 55, 40])
    sheet["MoSold"] = sheet.draw(months) + 1
    sheet.pick("SaleType", "SaleCondition")
    just_built = (sheet["YrSold"] - sheet["YearBuilt"] <= 1) & sheet.chance(0.75)
    odd = sheet["GrLivArea"] > ODD_AREA
    sheet.put("SaleType", "New", just_built | odd)
    sheet.put("SaleCondition", "Partial", just_built | odd)


def _draw_basement(sheet: Sheet, quality: np.ndarray) -> None:
    none = sheet.has("Foundation", "Slab") | sheet.chance(0.012)
    whole = _feet(sheet["1stFlrSF"] * np.clip(sheet.normal(0.98, 0.06), 0.4, 1.1), 100, 6500)
    whole = np.where(none, 0, whole)
    height = quality + 0.02 * (sheet["YearBuilt"] - 1975)
    sheet.grade("BsmtQual", sheet.normal(height, 0.7))
    sheet.grade("BsmtCond", sheet.normal(sheet["OverallCond"], 1.3))
    sheet.pick("BsmtExposure", "BsmtFinType1", "BsmtFinType2")
    raw = sheet.has("BsmtFinType1", "Unf") | none
    once = raw | sheet.chance(0.87)
    sheet.put("BsmtFinType2", "Unf", once)
    for name in ("BsmtQual", "BsmtCond", "BsmtExposure", "BsmtFinType1", "BsmtFinType2"):
        sheet.put(name, None, none)
    finished = np.where(raw, 0.0, np.clip(sheet.normal(0.6, 0.22), 0.05, 1.0))
    second = np.where(once, 0.0, np.clip(sheet.normal(0.25, 0.1), 0.02, 0.6))
    sheet["BsmtFinSF1"] = _feet(whole * finished, 0, 6500)
    sheet["BsmtFinSF2"] = _feet((whole - sheet["BsmtFinSF1"]) * second, 0, 6500)
    sheet["BsmtUnfSF"] = whole - sheet["BsmtFinSF1"] - sheet["BsmtFinSF2"]
    sheet["TotalBsmtSF"] = whole


def _draw_services(sheet: Sheet, quality: np.ndarray) -> None:
    sheet.pick("Heating")
    renewed = quality + 0.05 * (sheet["YearRemodAdd"] - 1985)
    sheet.grade("HeatingQC", sheet.normal(renewed, 1.1))
    sheet.pick("CentralAir")
    sheet.put("CentralAir", "N", sheet.chance(np.where(sheet["YearBuilt"] < 1950, 0.22, 0.02)))
    sheet.pick_by_era("Electrical")
    sheet.put("Electrical", None, sheet.chance(0.0008))


def _draw_rooms(sheet: Sheet, quality: np.ndarray) -> None:
    size = np.log(sheet["GrLivArea"] / 1500)
    bedrooms = sheet.normal(2.85 + 1.1 * size, 0.55)
    sheet["BedroomAbvGr"] = _feet(bedrooms, 0, 8)
    sheet["TotRmsAbvGrd"] = _feet(sheet.normal(6.4 + 3.4 * size, 0.7), 2, 14)
    sheet["TotRmsAbvGrd"] = np.maximum(sheet["TotRmsAbvGrd"], sheet["BedroomAbvGr"] + 1)
    modern = 0.012 * (sheet["YearBuilt"] - 1970)
    sheet["FullBath"] = _feet(sheet.normal(1.6 + 0.9 * size + modern, 0.35), 1, 4)
    upstairs = (sheet["2ndFlrSF"] > 0) * 0.45
    sheet["HalfBath"] = _feet(sheet.normal(0.15 + upstairs + 0.3 * modern, 0.35), 0, 2)
    finished = (sheet["BsmtFinSF1"] > 0) * 0.5
    sheet["BsmtFullBath"] = _feet(sheet.normal(finished, 0.35), 0, 3)
    sheet["BsmtHalfBath"] = sheet.chance(0.06).astype(np.int64)
    shared = sheet.has("BldgType", "Duplex", "2fmCon") & sheet.chance(0.85)
    sheet["KitchenAbvGr"] = np.where(shared | sheet.chance(0.004), 2, 1)
    fitted = quality + 0.02 * (sheet["YearRemodAdd"] - 1985)
    sheet.grade("KitchenQual", sheet.normal(fitted, 0.8))
    sheet.pick("Functional")
    sheet["Fireplaces"] = _feet(sheet.normal(0.5 + 0.8 * size + 0.12 * (quality - 6), 0.55), 0, 3)
    sheet.grade("FireplaceQu", sheet.normal(quality, 0.8))
    sheet.put("FireplaceQu", None, sheet["Fireplaces"] == 0)


def _draw_garage(sheet: Sheet) -> None:
    year, quality = sheet["YearBuilt"], sheet["OverallQual"]
    none = sheet.chance(np.where(year < 1945, 0.13, 0.035))
    cars = _feet(sheet.normal(1.75 + 0.012 * (year - 1975) + 0.15 * (quality - 6), 0.42), 1, 4)
    sheet["GarageCars"] = np.where(none, 0, cars)
    area = _feet(sheet.normal(60 + 225 * cars, 55), 160, 1500)
    sheet["GarageArea"] = np.where(none, 0, area)
    sheet.pick_by_era("GarageType")
    later = np.minimum(
        year + (sheet.rng.random(sheet.count) * 40).astype(np.int64), sheet["YrSold"]
    )
    built = np.where(sheet.chance(0.22), later, year)
    sheet["GarageYrBlt"] = np.where(none, np.nan, np.maximum(built, 1895))
    sheet.grade("GarageFinish", sheet.normal(quality + 0.03 * (year - 1975), 1.0))
    sheet.pick("GarageQual", "GarageCond")
    same = sheet.chance(0.9)
    sheet["GarageCond"] = np.where(same, sheet["GarageQual"], sheet["GarageCond"])
    for name in ("GarageType", "GarageFinish", "GarageQual", "GarageCond"):
        sheet.put(name, None, none)
    sheet.pick("PavedDrive")
    sheet.put("PavedDrive", "N", (year < 1945) & sheet.chance(0.25))


def _draw_outside(sheet: Sheet) -> None:
    for name, often, mean in (
        ("WoodDeckSF", 0.48, 5.15),
        ("OpenPorchSF", 0.55, 4.1),
        ("EnclosedPorch", 0.14, 5.0),
        ("3SsnPorch", 0.016, 5.2),
        ("ScreenPorch", 0.08, 5.2),
    ):
        area = _feet(np.exp(sheet.normal(mean, 0.5)), 8, 1200)
        sheet[name] = np.where(sheet.chance(often), area, 0)
    pool = sheet.chance(0.005)
    sheet["PoolArea"] = np.where(pool, _feet(sheet.normal(560, 90), 140, 900), 0)
    sheet.pick("PoolQC")
    sheet.put("PoolQC", None, ~pool)
    sheet.pick("Fence")
    sheet.put("Fence", None, sheet.chance(0.81))
    sheet.pick("MiscFeature")
    sheet.put("MiscFeature", None, sheet.chance(0.963))
    value = 50 * _feet(np.exp(sheet.normal(2.2, 0.8)), 1, 350)
    sheet["MiscVal"] = np.where(sheet["MiscFeature"] == NOTHING, 0, value)
