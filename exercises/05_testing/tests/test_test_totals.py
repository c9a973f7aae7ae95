"""The learner's tests pass on the transformer that ships, and catch those that are spoilt."""

MODULE = "regression_model.features.totals"
SUM = "X[list(parts)].mul(parts).sum(axis=1, skipna=False)"
RETURN = "return X.assign(**sums)"
FIT_CHECKED = "        check_is_fitted(self)\n        check_table(X, self._parts())\n        sums"

DECOYS = [
    (SUM, "sum(X[column] * weight for column, weight in parts.items())"),
    (RETURN, "return pd.concat([X, pd.DataFrame(sums, index=X.index)], axis=1)"),
]
SPOILT = {
    "counts each part once, whatever its weight": (SUM, SUM.replace(".mul(parts)", "")),
    "takes a missing part for zero": (SUM, SUM.replace("skipna=False", "skipna=True")),
    "leaves out the parts": (RETURN, "return X.assign(**sums).drop(columns=self._parts())"),
    "writes into the table that it is handed": (
        RETURN,
        "for name, total in sums.items():\n            X[name] = total\n        return X",
    ),
    "numbers the rows anew": (RETURN, "return X.assign(**sums).reset_index(drop=True)"),
    "overwrites a column of the same name": ("if name in X.columns:", "if name is None:"),
    "puts the totals before the columns that came in": (
        RETURN,
        "return pd.DataFrame(sums, index=X.index).join(X)",
    ),
    "refuses a name that is taken with a KeyError": (
        'raise ValueError(f"The table already',
        'raise KeyError(f"The table already',
    ),
}
RARE = {
    "transforms without having been fitted": (
        FIT_CHECKED,
        "        check_table(X, self._parts())\n        sums",
    ),
    "passes over a part that the later table lacks": (
        "        check_table(X, self._parts())\n        sums",
        "        X = X.assign(**{name: 0 for name in self._parts() if name not in X})\n        sums",
    ),
    "raises a KeyError where the later table lacks a part": (
        FIT_CHECKED,
        "        check_is_fitted(self)\n        sums",
    ),
}
ADVICE = {
    "counts each part once, whatever its weight": (
        "work a sum out by hand in which a part counts by half."
    ),
    "takes a missing part for zero": "what is the total of a house of which a part is missing?",
    "leaves out the parts": "compare the whole table that comes back, with `assert_frame_equal`.",
    "writes into the table that it is handed": (
        "keep a copy of the table before, and compare afterwards."
    ),
    "numbers the rows anew": (
        "give the houses an index other than 0, 1, 2, and compare the whole table."
    ),
    "overwrites a column of the same name": (
        "ask for a total whose name the table has already: a ValueError is promised."
    ),
    "puts the totals before the columns that came in": (
        "compare the whole table, the order of its columns too."
    ),
    "transforms without having been fitted": (
        "call `transform` before `fit`: a NotFittedError is promised."
    ),
    "passes over a part that the later table lacks": (
        "fit on the whole table, and transform one without a part: a ValueError is promised."
    ),
    "raises a KeyError where the later table lacks a part": (
        "a ValueError is promised, so ask for it by name: any error passes `raises(Exception)`."
    ),
    "refuses a name that is taken with a KeyError": (
        "a ValueError is promised, so ask for it by name: any error passes `raises(Exception)`."
    ),
}


def test_spoilt_totals_are_caught(submission):
    trial = submission.tests_against(MODULE, SPOILT | RARE, decoys=DECOYS)

    missed = [f"  - {name}: {ADVICE[name]}" for name in trial.missed if name in SPOILT]
    caught = f"Your tests catch {len(SPOILT) - len(missed)} of {len(SPOILT)}."
    assert not missed, "\n".join([f"{caught} They all pass on a `Totals` that", *missed])
    rare = [f"{name}: {ADVICE[name]}" for name in trial.missed]
    if rare:
        submission.award(
            2, "Your tests still pass on a `Totals` that " + " And one that ".join(rare)
        )
