import random

import pandas as pd


def choose_rows(houses, count):
    houses = houses.reset_index(drop=True).copy()
    rows, seen = [], set()

    def add(row):
        if row not in rows:
            rows.append(row)
            for name in text:
                seen.add((name, houses.at[row, name]))

    text = [name for name in houses if not pd.api.types.is_numeric_dtype(houses[name])]
    houses[text] = houses[text].fillna("none at all")
    for name in houses:
        if name not in text:
            if houses[name].notna().any():
                add(int(houses[name].idxmax()))
                add(int(houses[name].idxmin()))
            gaps = houses.index[houses[name].isna()]
            if len(gaps) and not set(gaps) & set(rows):
                add(int(gaps[0]))
    rarity = []
    for name in text:
        counts = houses[name].value_counts()
        rarity += [(number, name, label) for label, number in counts.items()]
    for _, name, label in sorted(rarity):
        if (name, label) not in seen:
            add(int(houses.index[houses[name] == label][0]))
    rest = [row for row in range(min(len(houses), 5000)) if row not in rows]
    random.Random(8).shuffle(rest)
    return (rows + rest)[:count]
