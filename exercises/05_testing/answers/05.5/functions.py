"""A function for each rule."""

import pandas as pd

COLUMNS = ["Id", "GrLivArea", "YearBuilt", "YrSold", "Neighborhood", "LotFrontage", "SalePrice"]


def gap_share(table):
    return table["LotFrontage"].isna().mean()


RULES = {
    "area": lambda new, old: (~new["GrLivArea"].between(200, 10_000)).any(),
    "gaps": lambda new, old: gap_share(new) > gap_share(old) + 0.1,
    "places": lambda new, old: new["Neighborhood"].isin(old["Neighborhood"].unique()).mean() < 0.98,
    "shift": lambda new, old: not 0.85
    <= new["GrLivArea"].median() / old["GrLivArea"].median()
    <= 1.15,
    "twice": lambda new, old: not new["Id"].is_unique,
    "years": lambda new, old: (new["YearBuilt"] - new["YrSold"]).max() > 0,
}


def problems(delivery, known):
    if any(name not in delivery for name in COLUMNS):
        return ["columns"]
    return [name for name, rule in RULES.items() if rule(delivery, known)]


def bad_tables(good):
    numbered = good.reset_index(drop=True)
    return {
        "columns": numbered[["Id"]],
        "twice": pd.concat([numbered, numbered], ignore_index=True),
        "area": numbered.assign(GrLivArea=[float("nan"), *numbered["GrLivArea"][1:]]),
        "years": numbered.assign(YearBuilt=numbered["YrSold"] + 1),
        "places": numbered.assign(Neighborhood=["?"] * 50 + list(numbered["Neighborhood"][50:])),
        "gaps": numbered.assign(LotFrontage=None),
        "shift": numbered.assign(GrLivArea=numbered["GrLivArea"] + 400),
    }
