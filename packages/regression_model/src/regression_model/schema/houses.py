"""The columns of the Ames house sales: kinds, hard limits, codes, and what an empty cell means.

Codes are listed from worst to best (or smallest to largest) where they have an order. Limits say
what cannot be true of any house, not what is usual: an odd house is priced, a slip is refused.
"""

import re
from collections.abc import Mapping
from typing import Any

from regression_model.schema.feature import Feature, FeatureSchema

# wide on purpose: a garage "of 2207" is in the real records, and the model clips what is odd
YEARS = (1700, 2300)
AREA = (0, 100_000)  # square feet

# name = code: label; code: label ...
_CODES = """
quality = Po: poor; Fa: fair; TA: typical; Gd: good; Ex: excellent
basement finish = Unf: unfinished; LwQ: low quality; Rec: average recreation room; BLQ: below
    average living quarters; ALQ: average living quarters; GLQ: good living quarters
road = Grvl: gravel; Pave: paved
condition = Artery: beside a main road; Feedr: beside a feeder street; Norm: nothing of note; RRNn:
    within 200 feet of the north-south railway; RRAn: beside the north-south railway; RRNe: within
    200 feet of the east-west railway; RRAe: beside the east-west railway; PosN: near a park,
    greenbelt or the like; PosA: beside a park, greenbelt or the like
exterior = AsbShng: asbestos shingles; AsphShn: asphalt shingles; BrkComm: common brick; BrkFace:
    face brick; CBlock: cinder block; CemntBd: cement board; HdBoard: hard board; ImStucc:
    imitation stucco; MetalSd: metal siding; Other: other; Plywood: plywood; PreCast: precast
    concrete; Stone: stone; Stucco: stucco; VinylSd: vinyl siding; Wd Sdng: wood siding; WdShing:
    wood shingles
dwelling = 20: one storey, 1946 or newer; 30: one storey, 1945 or older; 40: one storey with
    finished attic; 45: one and a half storeys, upper unfinished; 50: one and a half storeys, upper
    finished; 60: two storeys, 1946 or newer; 70: two storeys, 1945 or older; 75: two and a half
    storeys; 80: split or multi-level; 85: split foyer; 90: duplex; 120: one storey in a planned
    development, 1946 or newer; 150: one and a half storeys in a planned development; 160: two
    storeys in a planned development, 1946 or newer; 180: multi-level in a planned development;
    190: conversion to two families
neighbourhood = Blmngtn: Bloomington Heights; Blueste: Bluestem; BrDale: Briardale; BrkSide:
    Brookside; ClearCr: Clear Creek; CollgCr: College Creek; Crawfor: Crawford; Edwards: Edwards;
    Gilbert: Gilbert; Greens: Greens; GrnHill: Green Hills; IDOTRR: Iowa DOT and railway; Landmrk:
    Landmark; MeadowV: Meadow Village; Mitchel: Mitchell; NAmes: North Ames; NPkVill: Northpark
    Villa; NWAmes: Northwest Ames; NoRidge: Northridge; NridgHt: Northridge Heights; OldTown: Old
    Town; SWISU: south and west of the university; Sawyer: Sawyer; SawyerW: Sawyer West; Somerst:
    Somerset; StoneBr: Stone Brook; Timber: Timberland; Veenker: Veenker
MSZoning = A (agr): agriculture; C (all): commerce; FV: village residential, floating; I (all):
    industry; RH: residential, high density; RL: residential, low density; RM: residential, medium
    density
LotShape = IR3: irregular; IR2: moderately irregular; IR1: slightly irregular; Reg: regular
LandContour = Low: in a hollow; HLS: on a hillside; Bnk: banked; Lvl: level
Utilities = ELO: electricity only; NoSeWa: electricity and gas; NoSewr: electricity, gas and water;
    AllPub: all public utilities
LotConfig = Inside: inside the block; Corner: at a corner; CulDSac: at the end of a cul-de-sac;
    FR2: street on two sides; FR3: street on three sides
LandSlope = Sev: severe; Mod: moderate; Gtl: gentle
BldgType = 1Fam: detached house; 2fmCon: house converted to two families; Duplex: duplex; Twnhs:
    terraced house inside the row; TwnhsE: terraced house at the end of the row
HouseStyle = 1Story: one storey; 1.5Unf: one and a half storeys, upper unfinished; 1.5Fin: one and
    a half storeys, upper finished; 2Story: two storeys; 2.5Unf: two and a half storeys, upper
    unfinished; 2.5Fin: two and a half storeys, upper finished; SFoyer: split foyer; SLvl: split
    level
RoofStyle = Flat: flat; Gable: gable; Gambrel: gambrel; Hip: hip; Mansard: mansard; Shed: shed
RoofMatl = ClyTile: clay or tile; CompShg: composition shingles; Membran: membrane; Metal: metal;
    Roll: roll; Tar&Grv: tar and gravel; WdShake: wood shakes; WdShngl: wood shingles
MasVnrType = None: no veneer; BrkCmn: common brick; BrkFace: face brick; CBlock: cinder block;
    Stone: stone
Foundation = BrkTil: brick and tile; CBlock: cinder block; PConc: poured concrete; Slab: slab;
    Stone: stone; Wood: wood
BsmtExposure = No: nothing; Mn: little; Av: average; Gd: much
Heating = Floor: floor furnace; GasA: gas, warm air; GasW: gas, hot water or steam; Grav: gravity
    furnace; OthW: hot water or steam, not gas; Wall: wall furnace
CentralAir = N: no; Y: yes
Electrical = Mix: mixed; FuseP: fuse box, poor; FuseF: fuse box, fair; FuseA: fuse box, average;
    SBrkr: circuit breakers
Functional = Sal: salvage only; Sev: severely damaged; Maj2: two major deductions; Maj1: one major
    deduction; Mod: moderate deductions; Min2: two minor deductions; Min1: one minor deduction;
    Typ: typical
GarageType = 2Types: more than one kind; Attchd: attached to the house; Basment: in the basement;
    BuiltIn: built in, with a room above; CarPort: car port; Detchd: detached from the house
GarageFinish = Unf: unfinished; RFn: roughly finished; Fin: finished
PavedDrive = N: dirt or gravel; P: partly paved; Y: paved
Fence = MnWw: wood or wire, minimal; GdWo: good wood; MnPrv: some privacy; GdPrv: good privacy
MiscFeature = Elev: lift; Gar2: second garage; Othr: other; Shed: shed of more than 100 square
    feet; TenC: tennis court
SaleType = WD: warranty deed; CWD: warranty deed, cash; VWD: warranty deed, loan of the Veterans
    Administration; New: just built; COD: deed of a court officer; Con: contract, 15 percent down,
    regular terms; ConLw: contract, low deposit, low interest; ConLI: contract, low interest;
    ConLD: contract, low deposit; Oth: other
SaleCondition = Normal: normal; Abnorml: trade, foreclosure or short sale; AdjLand: purchase of
    adjoining land; Alloca: two properties under one deed; Family: between family members; Partial:
    house not finished when last assessed
"""


def _read_codes(text: str) -> dict[str, dict[str, str]]:
    """Return the labels of the codes of each name; a line that begins with a blank goes on."""
    entries = [entry.split(" = ") for entry in re.sub(r"\n +", " ", text.strip()).split("\n")]
    return {name: dict(each.split(": ") for each in codes.split("; ")) for name, codes in entries}


CODES: dict[str, Mapping[Any, str]] = {**_read_codes(_CODES)}
CODES["dwelling"] = {int(code): label for code, label in CODES["dwelling"].items()}
# the records spell three materials differently in the column of the second exterior
_RESPELT = {"BrkComm": "Brk Cmn", "CemntBd": "CmentBd", "WdShing": "Wd Shng"}
CODES["second exterior"] = {
    _RESPELT.get(code, code): label for code, label in CODES["exterior"].items()
}


def _integer(name: str, description: str, limits: tuple[int, int], **more) -> Feature:
    minimum, maximum = limits
    return Feature(name, "integer", description, minimum=minimum, maximum=maximum, **more)


def _number(name: str, description: str, limits: tuple[int, int], **more) -> Feature:
    minimum, maximum = limits
    return Feature(name, "number", description, minimum=minimum, maximum=maximum, **more)


def _category(name: str, description: str, codes: str | None = None, **more) -> Feature:
    labels = CODES[codes or name]
    return Feature(name, "category", description, categories=tuple(labels), labels=labels, **more)


_FEATURES = (
    _category("MSSubClass", "Type of dwelling: storeys and age.", "dwelling"),
    _category("MSZoning", "What the land may be used for."),
    _number("LotFrontage", "Length of street along the lot, in feet.", (0, 10_000)),
    _integer("LotArea", "Size of the lot, in square feet.", (0, 10_000_000)),
    _category("Street", "Surface of the street.", "road"),
    _category("Alley", "Surface of the alley behind the house.", "road", missing="none"),
    _category("LotShape", "How regular the lot is."),
    _category("LandContour", "How flat the lot is."),
    _category("Utilities", "Utilities at the lot."),
    _category("LotConfig", "Where the lot lies in its block."),
    _category("LandSlope", "Slope of the lot."),
    _category("Neighborhood", "Part of the city.", "neighbourhood", required=True),
    _category("Condition1", "What the lot is near to.", "condition"),
    _category("Condition2", "What else the lot is near to.", "condition"),
    _category("BldgType", "Kind of building."),
    _category("HouseStyle", "Storeys, and whether the upper one is finished."),
    _integer("OverallQual", "Material and finish of the house, 1 to 10.", (1, 10), required=True),
    _integer("OverallCond", "State of repair of the house, 1 to 10.", (1, 10)),
    _integer("YearBuilt", "Year of construction.", YEARS, required=True),
    _integer("YearRemodAdd", "Year of the last remodelling, or of construction.", YEARS),
    _category("RoofStyle", "Form of the roof."),
    _category("RoofMatl", "Material of the roof."),
    _category("Exterior1st", "Main covering of the outer walls.", "exterior"),
    _category("Exterior2nd", "Second covering of the outer walls.", "second exterior"),
    _category("MasVnrType", "Kind of masonry veneer; the code None says that there is none."),
    _number("MasVnrArea", "Masonry veneer, in square feet.", AREA),
    _category("ExterQual", "Quality of the outer walls.", "quality"),
    _category("ExterCond", "Condition of the outer walls.", "quality"),
    _category("Foundation", "Kind of foundation."),
    _category("BsmtQual", "Height of the basement.", "quality", missing="none"),
    _category("BsmtCond", "Condition of the basement.", "quality", missing="none"),
    _category("BsmtExposure", "How much of the basement opens to the garden.", missing="none"),
    _category("BsmtFinType1", "Finish of the basement.", "basement finish", missing="none"),
    _integer("BsmtFinSF1", "Basement with the first finish, in square feet.", AREA),
    _category("BsmtFinType2", "Second finish of the basement.", "basement finish", missing="none"),
    _integer("BsmtFinSF2", "Basement with the second finish, in square feet.", AREA),
    _integer("BsmtUnfSF", "Unfinished basement, in square feet.", AREA),
    _integer("TotalBsmtSF", "Whole basement, in square feet.", AREA),
    _category("Heating", "Kind of heating."),
    _category("HeatingQC", "Quality and condition of the heating.", "quality"),
    _category("CentralAir", "Central air conditioning."),
    _category("Electrical", "Electrical system."),
    _integer("1stFlrSF", "First floor, in square feet.", AREA),
    _integer("2ndFlrSF", "Second floor, in square feet.", AREA),
    _integer("LowQualFinSF", "Finished to a low quality, all floors, in square feet.", AREA),
    _integer("GrLivArea", "Living area above ground, in square feet.", (1, 100_000), required=True),
    _integer("BsmtFullBath", "Full bathrooms in the basement.", (0, 20)),
    _integer("BsmtHalfBath", "Half bathrooms in the basement.", (0, 20)),
    _integer("FullBath", "Full bathrooms above ground.", (0, 20)),
    _integer("HalfBath", "Half bathrooms above ground.", (0, 20)),
    _integer("BedroomAbvGr", "Bedrooms above ground.", (0, 50)),
    _integer("KitchenAbvGr", "Kitchens above ground.", (0, 20)),
    _category("KitchenQual", "Quality of the kitchen.", "quality"),
    _integer("TotRmsAbvGrd", "Rooms above ground, bathrooms not counted.", (0, 100)),
    _category("Functional", "How well the house works as one."),
    _integer("Fireplaces", "Fireplaces.", (0, 20)),
    _category("FireplaceQu", "Quality of the fireplace.", "quality", missing="none"),
    _category("GarageType", "Where the garage is.", missing="none"),
    _integer("GarageYrBlt", "Year in which the garage was built.", YEARS, missing="none"),
    _category("GarageFinish", "Inside of the garage.", missing="none"),
    _integer("GarageCars", "Cars that the garage holds.", (0, 50)),
    _integer("GarageArea", "Garage, in square feet.", AREA),
    _category("GarageQual", "Quality of the garage.", "quality", missing="none"),
    _category("GarageCond", "Condition of the garage.", "quality", missing="none"),
    _category("PavedDrive", "Drive."),
    _integer("WoodDeckSF", "Wooden deck, in square feet.", AREA),
    _integer("OpenPorchSF", "Open porch, in square feet.", AREA),
    _integer("EnclosedPorch", "Enclosed porch, in square feet.", AREA),
    _integer("3SsnPorch", "Three-season porch, in square feet.", AREA),
    _integer("ScreenPorch", "Screened porch, in square feet.", AREA),
    _integer("PoolArea", "Pool, in square feet.", AREA),
    _category("PoolQC", "Quality of the pool.", "quality", missing="none"),
    _category("Fence", "Quality of the fence.", missing="none"),
    _category("MiscFeature", "Something that no other column covers.", missing="none"),
    _integer("MiscVal", "Value of that something, in dollars.", (0, 10_000_000)),
    _integer("MoSold", "Month of the sale.", (1, 12)),
    _integer("YrSold", "Year of the sale.", YEARS, required=True),
    _category("SaleType", "Kind of sale."),
    _category("SaleCondition", "Circumstances of the sale."),
)

HOUSES = FeatureSchema(_FEATURES)
