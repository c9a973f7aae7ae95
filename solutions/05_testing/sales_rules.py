"""What a delivery of sales has to keep to, before anybody learns from it."""

import pandas as pd

COLUMNS = ["Id", "GrLivArea", "YearBuilt", "YrSold", "Neighborhood", "LotFrontage", "SalePrice"]


def problems(delivery, known):
    """Return the names of the rules that a delivery breaks, sorted; `known` are sales of before."""
    if not set(COLUMNS) <= set(delivery.columns):
        return ["columns"]
    unknown = ~delivery["Neighborhood"].isin(known["Neighborhood"])
    usual, gaps = known["LotFrontage"].isna().mean(), delivery["LotFrontage"].isna().mean()
    median, before = delivery["GrLivArea"].median(), known["GrLivArea"].median()
    broken = {
        "twice": delivery["Id"].duplicated().any(),
        "area": not delivery["GrLivArea"].between(200, 10_000).all(),
        "years": (delivery["YearBuilt"] > delivery["YrSold"]).any(),
        "places": unknown.mean() > 0.02,
        "gaps": gaps > usual + 0.1,
        "shift": not 0.85 <= median / before <= 1.15,
    }
    return sorted(rule for rule, is_broken in broken.items() if is_broken)


def bad_tables(good):
    """Return a table for each rule, made from a good one, that breaks this rule and no other."""
    first = good.index == good.index[0]
    tenth = good.index.isin(good.index[: len(good) // 10])
    return {
        "columns": good.drop(columns="LotFrontage"),
        "twice": pd.concat([good, good.head(1)]),
        "area": good.assign(GrLivArea=good["GrLivArea"].mask(first, 17)),
        "years": good.assign(YearBuilt=good["YearBuilt"].mask(first, 2055)),
        "places": good.assign(Neighborhood=good["Neighborhood"].mask(tenth, "Atlantis")),
        "gaps": good.assign(LotFrontage=float("nan")),
        "shift": good.assign(GrLivArea=1.3 * good["GrLivArea"]),
    }
