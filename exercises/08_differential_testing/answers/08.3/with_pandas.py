import pandas as pd


def decide(before, after, places):
    table = pd.DataFrame({"before": before, "after": after, "place": places})
    if not table["before"].isna().equals(table["after"].isna()):
        return "hold"
    table = table.dropna().eval("change = after / before - 1")
    if table["change"].abs().quantile(0.995) > 0.1:
        return "hold"
    if not -0.01 < table["change"].mean() < 0.01:
        return "hold"
    slices = table.groupby("place")["change"].agg(["size", "mean"]).query("size >= 25")
    print(slices)
    return "hold" if slices["mean"].abs().max() > 0.025 else "ship"
