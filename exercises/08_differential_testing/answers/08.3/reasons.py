import math


def decide(before, after, places):
    reasons, by_place, all_changes = [], {}, []
    for old, new, place in zip(before, after, places):
        if math.isnan(old) != math.isnan(new):
            reasons.append("a price came or went")
        if not math.isnan(old) and not math.isnan(new):
            change = (new - old) / old
            all_changes.append(change)
            by_place.setdefault(place, []).append(change)
    large = [change for change in all_changes if abs(change) > 0.11]
    if len(large) > 5:
        reasons.append(f"{len(large)} prices are far off")
    for place, changes in [("all", all_changes), *by_place.items()]:
        mean, spread = sum(changes) / len(changes), 0.03 / math.sqrt(len(changes))
        if len(changes) > 30 and abs(mean) > 0.008 + spread:
            reasons.append(f"{place}: {mean}")
    return "hold" if reasons else "ship"
