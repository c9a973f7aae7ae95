"""The learner's tests pass on a service without skew, and catch every service that has some."""

from pathlib import Path

SERVICE = Path(__file__).parents[1] / "price_service.py"
RIGHT = SERVICE.read_text(encoding="utf-8")
TABLE = "table = pd.DataFrame(houses, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, float))"
PREDICT = "return np.exp(model.predict(table)).tolist()"

# Other services that price as the right one does.
DECOYS = [
    (
        TABLE,
        "rows = [[house.get(name) for name in COLUMNS] for house in houses]\n    "
        "table = pd.DataFrame(rows, columns=COLUMNS)\n    "
        "table[NUMBERS] = table[NUMBERS].astype(float)",
    ),
    (PREDICT, "return [float(each) for each in np.exp(model.predict(table))]"),
]
VARIANTS = {
    "takes a missing frontage for 0": (TABLE, f'{TABLE}.fillna({{"LotFrontage": 0}})'),
    "counts every age to the year 2010": (TABLE, f"{TABLE}.assign(YrSold=2010.0)"),
    "measures areas against the mean of the request": (
        PREDICT,
        'table["GrLivArea"] += 1500 - table["GrLivArea"].mean()\n    ' + PREDICT,
    ),
    "leaves out houses with a gap": (TABLE, f"{TABLE}.dropna()"),
    "answers in order of area": (TABLE, f'{TABLE}.sort_values("GrLivArea")'),
    "takes an unknown neighbourhood for Old Town": (
        PREDICT,
        'known = model["columns"].named_transformers_["place"].categories_[0]\n'
        '    place = table["Neighborhood"]\n'
        '    table["Neighborhood"] = place.where(place.isin(known), "OldTown")\n    ' + PREDICT,
    ),
}
ADVICE = {
    "takes a missing frontage for 0": "price a house whose LotFrontage is None",
    "counts every age to the year 2010": "price houses sold in several years",
    "measures areas against the mean of the request": (
        "price houses whose mean area is not that of training: a house alone, for instance"
    ),
    "leaves out houses with a gap": "ask for one price a house, gaps or not",
    "answers in order of area": "compare house by house, in the order of the request",
    "takes an unknown neighbourhood for Old Town": (
        "price a house in a neighbourhood that training has never seen"
    ),
}


def test_every_kind_of_skew_is_caught(submission):
    trial = submission.tests_against("price_service", VARIANTS, RIGHT, DECOYS)

    missed = [f"  - {name}: {ADVICE[name]}" for name in trial.missed]
    assert not missed, "\n".join(["Your tests pass on a service that", *missed])
