"""Rules, one after the other."""

import numpy as np
import pandas as pd

COLUMNS = ["Id", "GrLivArea", "YearBuilt", "YrSold", "Neighborhood", "LotFrontage", "SalePrice"]


def problems(delivery, known):
    found = []
    for column in COLUMNS:
        if column not in delivery.columns:
            return ["columns"]
    area = delivery["GrLivArea"]
    if area.isna().any() or area.min() < 200 or area.max() > 10000:
        found.append("area")
    missing_now = delivery["LotFrontage"].isnull().sum() / len(delivery)
    missing_before = known["LotFrontage"].isnull().sum() / len(known)
    if missing_now - missing_before > 0.10:
        found.append("gaps")
    places = set(known["Neighborhood"])
    if sum(place not in places for place in delivery["Neighborhood"]) / len(delivery) > 0.02:
        found.append("places")
    if abs(area.median() / known["GrLivArea"].median() - 1) > 0.15:
        found.append("shift")
    if len(set(delivery["Id"])) != len(delivery):
        found.append("twice")
    if np.any(delivery["YrSold"].to_numpy() < delivery["YearBuilt"].to_numpy()):
        found.append("years")
    return found


def bad_tables(good):
    bad = {rule: good.copy() for rule in ("area", "gaps", "places", "shift", "twice", "years")}
    bad["columns"] = good[COLUMNS[:-1]]
    bad["area"].loc[bad["area"].index[3], "GrLivArea"] = 50_000
    bad["gaps"].loc[bad["gaps"].index[::2], "LotFrontage"] = np.nan
    bad["places"]["Neighborhood"] = "Mars"
    bad["shift"]["GrLivArea"] = (bad["shift"]["GrLivArea"] * 0.8).round()
    bad["twice"]["Id"] = 1
    bad["years"]["YrSold"] = 1800
    return bad
