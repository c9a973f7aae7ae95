"""Draw houses that look like those of a town: old and new parts, rich and poor, with the mess.

Every share, mean and spread below was written by hand for this simulation; no row of any real
table went into it. What one may count on:

- an empty cell means "none" (alley, basement, garage, pool...) or that nobody knows
  (`LotFrontage`, `MasVnrType`, `Electrical`), and the schema says which;
- areas are skewed, and about two houses in a thousand are far too big and sold half finished;
- `Utilities`, `Street`, `Condition2` and `PoolArea` are nearly constant;
- `TotalBsmtSF` and `GrLivArea` are sums of other columns; garages, rooms and baths grow with size;
- some labels are too rare to be in every sample.
"""

import numpy as np

from regression_model.simulation.sheet import NOTHING, Sheet, code_index
from regression_model.simulation.town import FORMS, TOWN

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


def _draw_place(sheet: Sheet, drift: float) -> dict[str, np.ndarray]:
    """Draw part of the town and year of construction; return the part's traits per house."""
    parts = list(TOWN.values())
    tilt = np.exp(0.15 * drift * (np.array([part.quality for part in parts]) - 6))
    place = sheet.draw(np.array([part.share for part in parts]) * tilt)
    indices = np.array([code_index("Neighborhood", name) for name in TOWN], dtype=np.int8)
    sheet["Neighborhood"] = indices[place]
    traits = ("built", "spread", "quality", "lot")
    part = {trait: np.array([getattr(each, trait) for each in parts])[place] for trait in traits}
    built = _feet(sheet.normal(part["built"] + 3.0 * drift, part["spread"]), 1872, 2200)
    sheet["YearBuilt"] = np.minimum(built, sheet["YrSold"])
    return part


def _draw_lot(sheet: Sheet, part: dict[str, np.ndarray], drift: float) -> None:
    area = np.exp(sheet.normal(part["lot"], 0.32)) * np.where(sheet.chance(0.004), 6, 1)
    sheet["LotArea"] = _feet(area, 1300, 215_000)
    frontage = np.rint(np.clip(0.72 * np.sqrt(sheet["LotArea"]) * sheet.normal(1, 0.18), 21, 313))
    unknown = sheet.chance(np.clip(0.17 + 0.05 * drift, 0, 0.9))
    sheet["LotFrontage"] = np.where(unknown, np.nan, frontage)
    sheet.pick("Street", {"Pave": 996, "Grvl": 4})
    sheet.pick("Alley", {"Grvl": 35, "Pave": 28})
    no_alley = sheet.chance(np.where(sheet["YearBuilt"] < 1945, 0.8, 0.985))
    sheet.put("Alley", None, no_alley)
    sheet.pick("LotShape", {"Reg": 633, "IR1": 330, "IR2": 29, "IR3": 8})
    sheet.pick("LandContour", {"Lvl": 897, "Bnk": 43, "HLS": 36, "Low": 24})
    sheet.pick("Utilities", {"AllPub": 9993, "NoSeWa": 7})
    config = {"Inside": 720, "Corner": 180, "CulDSac": 64, "FR2": 33, "FR3": 3}
    sheet.pick("LotConfig", config)
    sheet.pick("LandSlope", {"Gtl": 946, "Mod": 45, "Sev": 9})
    near = {"Norm": 862, "Feedr": 56, "Artery": 33, "RRAn": 18, "PosN": 13}
    sheet.pick("Condition1", near | {"RRAe": 8, "PosA": 5, "RRNn": 4, "RRNe": 1})
    sheet.pick("Condition2", {"Norm": 9898, "Feedr": 40, "Artery": 20, "PosN": 20, "RRNn": 22})
    _draw_zone(sheet)


def _draw_zone(sheet: Sheet) -> None:
    sheet.pick("MSZoning", {"RL": 975, "RM": 14, "RH": 11})
    crowded = sheet.has("Neighborhood", "OldTown", "BrkSide", "IDOTRR", "MeadowV", "BrDale")
    sheet.put("MSZoning", "RM", crowded & sheet.chance(0.82))
    sheet.put("MSZoning", "FV", sheet.has("Neighborhood", "Somerst") & sheet.chance(0.75))
    commerce = sheet.has("Neighborhood", "IDOTRR") & sheet.chance(0.25)
    sheet.put("MSZoning", "C (all)", commerce)


def _draw_form(sheet: Sheet) -> dict[str, np.ndarray]:
    """Draw building, style and dwelling; return the form's measures per house."""
    young = sheet.draw([form.share for form in FORMS])
    aged = sheet.draw([form.share_old for form in FORMS])
    form = np.where(sheet["YearBuilt"] < 1940, aged, young)
    columns = (("BldgType", "building"), ("HouseStyle", "style"))
    for name, trait in columns:
        codes = [code_index(name, getattr(each, trait)) for each in FORMS]
        sheet[name] = np.array(codes, dtype=np.int8)[form]
    new = [code_index("MSSubClass", each.dwelling) for each in FORMS]
    old = [code_index("MSSubClass", each.dwelling_old) for each in FORMS]
    before_1946 = (sheet["YearBuilt"] < 1946).astype(int)
    sheet["MSSubClass"] = np.array([new, old], dtype=np.int8)[before_1946, form]
    measures = ("first_floor", "bigger")
    return {each: np.array([getattr(one, each) for one in FORMS])[form] for each in measures}


def _draw_quality(sheet: Sheet, part: dict[str, np.ndarray], drift: float) -> np.ndarray:
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
    roofs = {"Gable": 781, "Hip": 196, "Flat": 9, "Gambrel": 7, "Mansard": 5, "Shed": 2}
    sheet.pick("RoofStyle", roofs)
    materials = {"CompShg": 9820, "Tar&Grv": 75, "WdShake": 42, "WdShngl": 40}
    sheet.pick("RoofMatl", materials | {"Metal": 8, "Membran": 6, "ClyTile": 6, "Roll": 3})
    _draw_exteriors(sheet)
    _draw_veneer(sheet, quality)
    grades = {"Fa": -99.0, "TA": 3.8, "Gd": 6.3, "Ex": 8.7}
    sheet.grade("ExterQual", sheet.normal(quality, 0.6), grades)
    worn = sheet.normal(sheet["OverallCond"], 1.0)
    sheet.grade("ExterCond", worn, {"Po": -99.0, "Fa": 2.2, "TA": 3.6, "Gd": 7.2, "Ex": 9.8})
    new, middle = {"PConc": 930, "CBlock": 62, "Slab": 6, "Wood": 2}, {"CBlock": 870, "PConc": 90}
    old = {"BrkTil": 550, "CBlock": 280, "PConc": 130, "Stone": 25, "Slab": 15}
    sheet.pick("Foundation", new)
    recent = sheet["Foundation"]
    sheet.pick("Foundation", middle | {"Slab": 40})
    between = sheet["Foundation"]
    sheet.pick("Foundation", old)
    year = sheet["YearBuilt"]
    sheet["Foundation"] = np.select(
        [year >= 1990, year >= 1942], [recent, between], sheet["Foundation"]
    )


def _draw_exteriors(sheet: Sheet) -> None:
    modern = {"VinylSd": 700, "CemntBd": 70, "HdBoard": 70, "MetalSd": 60, "BrkFace": 40}
    sheet.pick("Exterior1st", modern | {"Wd Sdng": 40, "Plywood": 15, "Stone": 3, "ImStucc": 2})
    recent = sheet["Exterior1st"]
    older = {"MetalSd": 240, "Wd Sdng": 210, "HdBoard": 190, "Plywood": 120, "VinylSd": 110}
    older |= {"BrkFace": 50, "Stucco": 30, "WdShing": 28, "AsbShng": 20, "BrkComm": 3}
    sheet.pick("Exterior1st", older | {"AsphShn": 1, "CBlock": 1, "CemntBd": 10})
    sheet["Exterior1st"] = np.where(sheet["YearBuilt"] >= 1985, recent, sheet["Exterior1st"])
    second = {"VinylSd": 300, "MetalSd": 150, "Wd Sdng": 140, "HdBoard": 130, "Plywood": 150}
    second |= {"Wd Shng": 60, "BrkFace": 30, "Brk Cmn": 15, "Stone": 10, "Other": 2}
    sheet.pick("Exterior2nd", second)
    # both columns list the same materials in the same order, so the index of one fits the other
    same = sheet.chance(0.87)
    sheet["Exterior2nd"] = np.where(same, sheet["Exterior1st"], sheet["Exterior2nd"])


def _draw_veneer(sheet: Sheet, quality: np.ndarray) -> None:
    sheet.pick("MasVnrType", {"BrkFace": 76, "Stone": 21, "BrkCmn": 3})
    bare = ~sheet.chance(np.clip(0.4 + 0.12 * (quality - 6), 0.1, 0.85))
    area = np.rint(np.clip(np.exp(sheet.normal(5.3, 0.65)), 11, 1600))
    sheet.put("MasVnrType", "None", bare)
    unknown = sheet.chance(0.006)
    sheet.put("MasVnrType", None, unknown)
    sheet["MasVnrArea"] = np.where(unknown, np.nan, np.where(bare, 0.0, area))


def _draw_living_area(sheet: Sheet, form: dict[str, np.ndarray], drift: float) -> None:
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
    kinds = {"WD": 9450, "COD": 300, "ConLD": 70, "ConLw": 40, "ConLI": 40, "CWD": 40}
    sheet.pick("SaleType", kinds | {"Oth": 30, "Con": 20, "VWD": 2})
    ways = {"Normal": 900, "Abnorml": 68, "Family": 18, "Alloca": 9, "AdjLand": 4}
    sheet.pick("SaleCondition", ways)
    just_built = (sheet["YrSold"] - sheet["YearBuilt"] <= 1) & sheet.chance(0.75)
    odd = sheet["GrLivArea"] > ODD_AREA
    sheet.put("SaleType", "New", just_built | odd)
    sheet.put("SaleCondition", "Partial", just_built | odd)


def _draw_basement(sheet: Sheet, quality: np.ndarray) -> None:
    none = sheet.has("Foundation", "Slab") | sheet.chance(0.012)
    whole = _feet(sheet["1stFlrSF"] * np.clip(sheet.normal(0.98, 0.06), 0.4, 1.1), 100, 6500)
    whole = np.where(none, 0, whole)
    height = quality + 0.02 * (sheet["YearBuilt"] - 1975)
    sheet.grade(
        "BsmtQual", sheet.normal(height, 0.7), {"Fa": -99.0, "TA": 3.4, "Gd": 6.3, "Ex": 8.5}
    )
    damp = sheet.normal(sheet["OverallCond"], 1.3)
    sheet.grade("BsmtCond", damp, {"Po": -99.0, "Fa": 1.0, "TA": 3.4, "Gd": 8.3})
    sheet.pick("BsmtExposure", {"No": 66, "Av": 15, "Gd": 9, "Mn": 8})
    first = {"GLQ": 29, "ALQ": 15, "BLQ": 10, "Rec": 9, "LwQ": 5, "Unf": 30}
    sheet.pick("BsmtFinType1", first)
    sheet.pick("BsmtFinType2", {"Rec": 42, "LwQ": 35, "BLQ": 24, "ALQ": 14, "GLQ": 12})
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
    heating = {"GasA": 978, "GasW": 12, "Grav": 5, "Wall": 3, "OthW": 1, "Floor": 1}
    sheet.pick("Heating", heating)
    renewed = quality + 0.05 * (sheet["YearRemodAdd"] - 1985)
    levels = {"Po": -99.0, "Fa": 1.0, "TA": 3.2, "Gd": 5.3, "Ex": 6.2}
    sheet.grade("HeatingQC", sheet.normal(renewed, 1.1), levels)
    sheet.pick("CentralAir", {"Y": 1})
    sheet.put("CentralAir", "N", sheet.chance(np.where(sheet["YearBuilt"] < 1950, 0.22, 0.02)))
    sheet.pick("Electrical", {"SBrkr": 970, "FuseA": 25, "FuseF": 5})
    modern = sheet["Electrical"]
    sheet.pick("Electrical", {"SBrkr": 730, "FuseA": 190, "FuseF": 65, "FuseP": 13, "Mix": 2})
    sheet["Electrical"] = np.where(sheet["YearBuilt"] < 1960, sheet["Electrical"], modern)
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
    sheet.grade(
        "KitchenQual", sheet.normal(fitted, 0.8), {"Fa": -99.0, "TA": 3.4, "Gd": 6.2, "Ex": 8.4}
    )
    works = {"Typ": 930, "Min2": 23, "Min1": 21, "Mod": 10, "Maj1": 10, "Maj2": 4, "Sev": 1}
    sheet.pick("Functional", works)
    sheet["Fireplaces"] = _feet(sheet.normal(0.5 + 0.8 * size + 0.12 * (quality - 6), 0.55), 0, 3)
    warm = {"Po": -99.0, "Fa": 3.9, "TA": 4.6, "Gd": 6.0, "Ex": 8.8}
    sheet.grade("FireplaceQu", sheet.normal(quality, 0.8), warm)
    sheet.put("FireplaceQu", None, sheet["Fireplaces"] == 0)


def _draw_garage(sheet: Sheet) -> None:
    year, quality = sheet["YearBuilt"], sheet["OverallQual"]
    none = sheet.chance(np.where(year < 1945, 0.13, 0.035))
    cars = _feet(sheet.normal(1.75 + 0.012 * (year - 1975) + 0.15 * (quality - 6), 0.42), 1, 4)
    sheet["GarageCars"] = np.where(none, 0, cars)
    area = _feet(sheet.normal(60 + 225 * cars, 55), 160, 1500)
    sheet["GarageArea"] = np.where(none, 0, area)
    sheet.pick("GarageType", {"Attchd": 830, "BuiltIn": 110, "Detchd": 40, "Basment": 15})
    attached = sheet["GarageType"]
    sheet.pick(
        "GarageType", {"Detchd": 760, "Attchd": 200, "Basment": 15, "CarPort": 15, "2Types": 10}
    )
    sheet["GarageType"] = np.where(year < 1960, sheet["GarageType"], attached)
    later = np.minimum(
        year + (sheet.rng.random(sheet.count) * 40).astype(np.int64), sheet["YrSold"]
    )
    built = np.where(sheet.chance(0.22), later, year)
    sheet["GarageYrBlt"] = np.where(none, np.nan, np.maximum(built, 1895))
    inside = sheet.normal(quality + 0.03 * (year - 1975), 1.0)
    sheet.grade("GarageFinish", inside, {"Unf": -99.0, "RFn": 6.0, "Fin": 7.3})
    quality_shares = {"TA": 946, "Fa": 40, "Gd": 10, "Ex": 2, "Po": 2}
    sheet.pick("GarageQual", quality_shares)
    sheet.pick("GarageCond", quality_shares)
    same = sheet.chance(0.9)
    sheet["GarageCond"] = np.where(same, sheet["GarageQual"], sheet["GarageCond"])
    for name in ("GarageType", "GarageFinish", "GarageQual", "GarageCond"):
        sheet.put(name, None, none)
    sheet.pick("PavedDrive", {"Y": 97, "N": 2, "P": 1})
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
    sheet.pick("PoolQC", {"Gd": 4, "Ex": 3, "Fa": 2})
    sheet.put("PoolQC", None, ~pool)
    sheet.pick("Fence", {"MnPrv": 157, "GdPrv": 59, "GdWo": 54, "MnWw": 11})
    sheet.put("Fence", None, sheet.chance(0.81))
    extras = {"Shed": 490, "Gar2": 20, "Othr": 15, "TenC": 5}
    sheet.pick("MiscFeature", extras)
    sheet.put("MiscFeature", None, sheet.chance(0.963))
    value = 50 * _feet(np.exp(sheet.normal(2.2, 0.8)), 1, 350)
    sheet["MiscVal"] = np.where(sheet["MiscFeature"] == NOTHING, 0, value)
