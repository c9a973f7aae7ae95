"""The columns of the Ames house sales: kinds, hard limits, codes, and what an empty cell means.

Codes are listed from worst to best (or smallest to largest) where they have an order. Limits say
what cannot be true of any house, not what is usual: an odd house is priced, a slip is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from regression_model.schema.feature import Feature, FeatureSchema

# wide on purpose: a garage "of 2207" is in the real records, and the model clips what is odd
YEARS = (1700, 2300)
AREA = (0, 100_000)  # square feet

QUALITY = {"Po": "poor", "Fa": "fair", "TA": "typical", "Gd": "good", "Ex": "excellent"}
BASEMENT_FINISH = {
    "Unf": "unfinished",
    "LwQ": "low quality",
    "Rec": "average recreation room",
    "BLQ": "below average living quarters",
    "ALQ": "average living quarters",
    "GLQ": "good living quarters",
}
ROADS = {"Grvl": "gravel", "Pave": "paved"}
CONDITIONS = {
    "Artery": "beside a main road",
    "Feedr": "beside a feeder street",
    "Norm": "nothing of note",
    "RRNn": "within 200 feet of the north-south railway",
    "RRAn": "beside the north-south railway",
    "RRNe": "within 200 feet of the east-west railway",
    "RRAe": "beside the east-west railway",
    "PosN": "near a park, greenbelt or the like",
    "PosA": "beside a park, greenbelt or the like",
}
EXTERIORS = {
    "AsbShng": "asbestos shingles",
    "AsphShn": "asphalt shingles",
    "BrkComm": "common brick",
    "BrkFace": "face brick",
    "CBlock": "cinder block",
    "CemntBd": "cement board",
    "HdBoard": "hard board",
    "ImStucc": "imitation stucco",
    "MetalSd": "metal siding",
    "Other": "other",
    "Plywood": "plywood",
    "PreCast": "precast concrete",
    "Stone": "stone",
    "Stucco": "stucco",
    "VinylSd": "vinyl siding",
    "Wd Sdng": "wood siding",
    "WdShing": "wood shingles",
}
# the records spell three materials differently in the column of the second exterior
EXTERIORS_SECOND = {
    {"BrkComm": "Brk Cmn", "CemntBd": "CmentBd", "WdShing": "Wd Shng"}.get(code, code): label
    for code, label in EXTERIORS.items()
}
DWELLINGS = {
    20: "one storey, 1946 or newer",
    30: "one storey, 1945 or older",
    40: "one storey with finished attic",
    45: "one and a half storeys, upper unfinished",
    50: "one and a half storeys, upper finished",
    60: "two storeys, 1946 or newer",
    70: "two storeys, 1945 or older",
    75: "two and a half storeys",
    80: "split or multi-level",
    85: "split foyer",
    90: "duplex",
    120: "one storey in a planned development, 1946 or newer",
    150: "one and a half storeys in a planned development",
    160: "two storeys in a planned development, 1946 or newer",
    180: "multi-level in a planned development",
    190: "conversion to two families",
}
NEIGHBOURHOODS = {
    "Blmngtn": "Bloomington Heights",
    "Blueste": "Bluestem",
    "BrDale": "Briardale",
    "BrkSide": "Brookside",
    "ClearCr": "Clear Creek",
    "CollgCr": "College Creek",
    "Crawfor": "Crawford",
    "Edwards": "Edwards",
    "Gilbert": "Gilbert",
    "Greens": "Greens",
    "GrnHill": "Green Hills",
    "IDOTRR": "Iowa DOT and railway",
    "Landmrk": "Landmark",
    "MeadowV": "Meadow Village",
    "Mitchel": "Mitchell",
    "NAmes": "North Ames",
    "NPkVill": "Northpark Villa",
    "NWAmes": "Northwest Ames",
    "NoRidge": "Northridge",
    "NridgHt": "Northridge Heights",
    "OldTown": "Old Town",
    "SWISU": "south and west of the university",
    "Sawyer": "Sawyer",
    "SawyerW": "Sawyer West",
    "Somerst": "Somerset",
    "StoneBr": "Stone Brook",
    "Timber": "Timberland",
    "Veenker": "Veenker",
}


def _integer(name: str, description: str, limits: tuple[int, int], **more) -> Feature:
    minimum, maximum = limits
    return Feature(name, "integer", description, minimum=minimum, maximum=maximum, **more)


def _number(name: str, description: str, limits: tuple[int, int], **more) -> Feature:
    minimum, maximum = limits
    return Feature(name, "number", description, minimum=minimum, maximum=maximum, **more)


def _category(name: str, description: str, labels: Mapping, **more) -> Feature:
    return Feature(
        name, "category", description, categories=tuple(labels), labels=dict(labels), **more
    )


_LAND = (
    _category("MSSubClass", "Type of dwelling: storeys and age.", DWELLINGS),
    _category(
        "MSZoning",
        "What the land may be used for.",
        {
            "A (agr)": "agriculture",
            "C (all)": "commerce",
            "FV": "village residential, floating",
            "I (all)": "industry",
            "RH": "residential, high density",
            "RL": "residential, low density",
            "RM": "residential, medium density",
        },
    ),
    _number("LotFrontage", "Length of street along the lot, in feet.", (0, 10_000)),
    _integer("LotArea", "Size of the lot, in square feet.", (0, 10_000_000)),
    _category("Street", "Surface of the street.", ROADS),
    _category("Alley", "Surface of the alley behind the house.", ROADS, missing="none"),
    _category(
        "LotShape",
        "How regular the lot is.",
        {
            "IR3": "irregular",
            "IR2": "moderately irregular",
            "IR1": "slightly irregular",
            "Reg": "regular",
        },
    ),
    _category(
        "LandContour",
        "How flat the lot is.",
        {"Low": "in a hollow", "HLS": "on a hillside", "Bnk": "banked", "Lvl": "level"},
    ),
    _category(
        "Utilities",
        "Utilities at the lot.",
        {
            "ELO": "electricity only",
            "NoSeWa": "electricity and gas",
            "NoSewr": "electricity, gas and water",
            "AllPub": "all public utilities",
        },
    ),
    _category(
        "LotConfig",
        "Where the lot lies in its block.",
        {
            "Inside": "inside the block",
            "Corner": "at a corner",
            "CulDSac": "at the end of a cul-de-sac",
            "FR2": "street on two sides",
            "FR3": "street on three sides",
        },
    ),
    _category(
        "LandSlope", "Slope of the lot.", {"Sev": "severe", "Mod": "moderate", "Gtl": "gentle"}
    ),
    _category("Neighborhood", "Part of the city.", NEIGHBOURHOODS, required=True),
    _category("Condition1", "What the lot is near to.", CONDITIONS),
    _category("Condition2", "What else the lot is near to.", CONDITIONS),
)

_BUILDING = (
    _category(
        "BldgType",
        "Kind of building.",
        {
            "1Fam": "detached house",
            "2fmCon": "house converted to two families",
            "Duplex": "duplex",
            "Twnhs": "terraced house inside the row",
            "TwnhsE": "terraced house at the end of the row",
        },
    ),
    _category(
        "HouseStyle",
        "Storeys, and whether the upper one is finished.",
        {
            "1Story": "one storey",
            "1.5Unf": "one and a half storeys, upper unfinished",
            "1.5Fin": "one and a half storeys, upper finished",
            "2Story": "two storeys",
            "2.5Unf": "two and a half storeys, upper unfinished",
            "2.5Fin": "two and a half storeys, upper finished",
            "SFoyer": "split foyer",
            "SLvl": "split level",
        },
    ),
    _integer("OverallQual", "Material and finish of the house, 1 to 10.", (1, 10), required=True),
    _integer("OverallCond", "State of repair of the house, 1 to 10.", (1, 10)),
    _integer("YearBuilt", "Year of construction.", YEARS, required=True),
    _integer("YearRemodAdd", "Year of the last remodelling, or of construction.", YEARS),
    _category(
        "RoofStyle",
        "Form of the roof.",
        {
            "Flat": "flat",
            "Gable": "gable",
            "Gambrel": "gambrel",
            "Hip": "hip",
            "Mansard": "mansard",
            "Shed": "shed",
        },
    ),
    _category(
        "RoofMatl",
        "Material of the roof.",
        {
            "ClyTile": "clay or tile",
            "CompShg": "composition shingles",
            "Membran": "membrane",
            "Metal": "metal",
            "Roll": "roll",
            "Tar&Grv": "tar and gravel",
            "WdShake": "wood shakes",
            "WdShngl": "wood shingles",
        },
    ),
    _category("Exterior1st", "Main covering of the outer walls.", EXTERIORS),
    _category("Exterior2nd", "Second covering of the outer walls.", EXTERIORS_SECOND),
    _category(
        "MasVnrType",
        "Kind of masonry veneer; the code None says that there is none.",
        {
            "None": "no veneer",
            "BrkCmn": "common brick",
            "BrkFace": "face brick",
            "CBlock": "cinder block",
            "Stone": "stone",
        },
    ),
    _number("MasVnrArea", "Masonry veneer, in square feet.", AREA),
    _category("ExterQual", "Quality of the outer walls.", QUALITY),
    _category("ExterCond", "Condition of the outer walls.", QUALITY),
    _category(
        "Foundation",
        "Kind of foundation.",
        {
            "BrkTil": "brick and tile",
            "CBlock": "cinder block",
            "PConc": "poured concrete",
            "Slab": "slab",
            "Stone": "stone",
            "Wood": "wood",
        },
    ),
)

_BASEMENT = (
    _category("BsmtQual", "Height of the basement.", QUALITY, missing="none"),
    _category("BsmtCond", "Condition of the basement.", QUALITY, missing="none"),
    _category(
        "BsmtExposure",
        "How much of the basement opens to the garden.",
        {"No": "nothing", "Mn": "little", "Av": "average", "Gd": "much"},
        missing="none",
    ),
    _category("BsmtFinType1", "Finish of the basement.", BASEMENT_FINISH, missing="none"),
    _integer("BsmtFinSF1", "Basement with the first finish, in square feet.", AREA),
    _category("BsmtFinType2", "Second finish of the basement.", BASEMENT_FINISH, missing="none"),
    _integer("BsmtFinSF2", "Basement with the second finish, in square feet.", AREA),
    _integer("BsmtUnfSF", "Unfinished basement, in square feet.", AREA),
    _integer("TotalBsmtSF", "Whole basement, in square feet.", AREA),
)

_SERVICES = (
    _category(
        "Heating",
        "Kind of heating.",
        {
            "Floor": "floor furnace",
            "GasA": "gas, warm air",
            "GasW": "gas, hot water or steam",
            "Grav": "gravity furnace",
            "OthW": "hot water or steam, not gas",
            "Wall": "wall furnace",
        },
    ),
    _category("HeatingQC", "Quality and condition of the heating.", QUALITY),
    _category("CentralAir", "Central air conditioning.", {"N": "no", "Y": "yes"}),
    _category(
        "Electrical",
        "Electrical system.",
        {
            "Mix": "mixed",
            "FuseP": "fuse box, poor",
            "FuseF": "fuse box, fair",
            "FuseA": "fuse box, average",
            "SBrkr": "circuit breakers",
        },
    ),
)

_ROOMS = (
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
    _category("KitchenQual", "Quality of the kitchen.", QUALITY),
    _integer("TotRmsAbvGrd", "Rooms above ground, bathrooms not counted.", (0, 100)),
    _category(
        "Functional",
        "How well the house works as one.",
        {
            "Sal": "salvage only",
            "Sev": "severely damaged",
            "Maj2": "two major deductions",
            "Maj1": "one major deduction",
            "Mod": "moderate deductions",
            "Min2": "two minor deductions",
            "Min1": "one minor deduction",
            "Typ": "typical",
        },
    ),
    _integer("Fireplaces", "Fireplaces.", (0, 20)),
    _category("FireplaceQu", "Quality of the fireplace.", QUALITY, missing="none"),
)

_GARAGE = (
    _category(
        "GarageType",
        "Where the garage is.",
        {
            "2Types": "more than one kind",
            "Attchd": "attached to the house",
            "Basment": "in the basement",
            "BuiltIn": "built in, with a room above",
            "CarPort": "car port",
            "Detchd": "detached from the house",
        },
        missing="none",
    ),
    _integer("GarageYrBlt", "Year in which the garage was built.", YEARS, missing="none"),
    _category(
        "GarageFinish",
        "Inside of the garage.",
        {"Unf": "unfinished", "RFn": "roughly finished", "Fin": "finished"},
        missing="none",
    ),
    _integer("GarageCars", "Cars that the garage holds.", (0, 50)),
    _integer("GarageArea", "Garage, in square feet.", AREA),
    _category("GarageQual", "Quality of the garage.", QUALITY, missing="none"),
    _category("GarageCond", "Condition of the garage.", QUALITY, missing="none"),
    _category("PavedDrive", "Drive.", {"N": "dirt or gravel", "P": "partly paved", "Y": "paved"}),
)

_OUTSIDE = (
    _integer("WoodDeckSF", "Wooden deck, in square feet.", AREA),
    _integer("OpenPorchSF", "Open porch, in square feet.", AREA),
    _integer("EnclosedPorch", "Enclosed porch, in square feet.", AREA),
    _integer("3SsnPorch", "Three-season porch, in square feet.", AREA),
    _integer("ScreenPorch", "Screened porch, in square feet.", AREA),
    _integer("PoolArea", "Pool, in square feet.", AREA),
    _category("PoolQC", "Quality of the pool.", QUALITY, missing="none"),
    _category(
        "Fence",
        "Quality of the fence.",
        {
            "MnWw": "wood or wire, minimal",
            "GdWo": "good wood",
            "MnPrv": "some privacy",
            "GdPrv": "good privacy",
        },
        missing="none",
    ),
    _category(
        "MiscFeature",
        "Something that no other column covers.",
        {
            "Elev": "lift",
            "Gar2": "second garage",
            "Othr": "other",
            "Shed": "shed of more than 100 square feet",
            "TenC": "tennis court",
        },
        missing="none",
    ),
    _integer("MiscVal", "Value of that something, in dollars.", (0, 10_000_000)),
)

_SALE = (
    _integer("MoSold", "Month of the sale.", (1, 12)),
    _integer("YrSold", "Year of the sale.", YEARS, required=True),
    _category(
        "SaleType",
        "Kind of sale.",
        {
            "WD": "warranty deed",
            "CWD": "warranty deed, cash",
            "VWD": "warranty deed, loan of the Veterans Administration",
            "New": "just built",
            "COD": "deed of a court officer",
            "Con": "contract, 15 percent down, regular terms",
            "ConLw": "contract, low deposit, low interest",
            "ConLI": "contract, low interest",
            "ConLD": "contract, low deposit",
            "Oth": "other",
        },
    ),
    _category(
        "SaleCondition",
        "Circumstances of the sale.",
        {
            "Normal": "normal",
            "Abnorml": "trade, foreclosure or short sale",
            "AdjLand": "purchase of adjoining land",
            "Alloca": "two properties under one deed",
            "Family": "between family members",
            "Partial": "house not finished when last assessed",
        },
    ),
)

HOUSES = FeatureSchema(
    _LAND + _BUILDING + _BASEMENT + _SERVICES + _ROOMS + _GARAGE + _OUTSIDE + _SALE
)
