"""A gap is filled by what it means, with what training knew, and leaves a mark if asked to."""

import numpy as np
import pandas as pd
import pytest

from regression_model.schema import Feature, FeatureSchema

QUALITY = ("Po", "Fa", "TA", "Gd", "Ex")
SCHEMA = FeatureSchema(
    (
        Feature("GarageQual", "category", "Quality.", categories=QUALITY, missing="none"),
        Feature("PoolQC", "category", "Quality.", categories=QUALITY, missing="none"),
        Feature("Electrical", "category", "Wiring.", categories=("Mix", "Fuse", "SBrkr")),
        Feature("LotFrontage", "number", "Feet of street."),
        Feature("GarageYrBlt", "integer", "Year.", missing="none"),
        Feature("GrLivArea", "integer", "Living area."),
    )
)
NAMES = list(SCHEMA.names)


@pytest.fixture
def encoded(random):
    """Forty houses as the encoder gives them: codes are numbers, a gap is NaN.

    Of the kinds of wiring that are known, 0 is the most frequent, and 1 the middle one.
    """
    wiring = np.ones(40)
    wiring[np.arange(40) % 7 != 2] = random.permutation(np.repeat([0.0, 1, 2], [16, 9, 9]))
    table = pd.DataFrame(
        {
            "GarageQual": random.integers(-1, 5, 40),
            "PoolQC": random.integers(0, 5, 40),
            "Electrical": wiring,
            "LotFrontage": random.integers(40, 110, 40) ** 1.1,
            "GarageYrBlt": random.integers(3, 90, 40) ** 2 // 90,
            "GrLivArea": random.integers(700, 3000, 40),
        },
        dtype=float,
        index=range(100, 140),
    )
    for place, name in enumerate(["GarageQual", "PoolQC", "Electrical", "LotFrontage"]):
        table.iloc[place::7, place] = np.nan
    return table.assign(GarageYrBlt=table["GarageYrBlt"].where(table["GarageQual"].notna()))


@pytest.fixture
def empty():
    """A house of which nothing is known."""
    return pd.DataFrame(np.nan, index=[7], columns=NAMES)


def test_each_gap_is_filled_by_what_it_means(submission, encoded, empty):
    other = pd.concat([encoded.tail(3).assign(GrLivArea=9000.0, Electrical=1.0), empty])

    def filled(code):
        code.fill_missing(SCHEMA).fit(encoded)
        new = code.fill_missing(SCHEMA)
        fitted = hasattr(new, "transformers_")
        known = new.fit(encoded).transform(encoded)
        later = code.fill_missing(SCHEMA).fit(encoded.head(37)).transform(other)
        return fitted, known, new.transform(empty), later

    fitted, known, nothing, later = submission.run(filled)

    assert not fitted, (
        "What comes back was fitted already: make new parts in each call, and leave fitting to "
        "the pipeline"
    )
    assert isinstance(known, pd.DataFrame), (
        'A table with names is wanted: `set_output(transform="pandas")` makes scikit-learn give '
        "one, and later steps look for their columns by name"
    )
    assert sorted(known.columns) == sorted(NAMES), (
        "Every column comes out once, under its own name, and without indicators no further one: "
        "`ColumnTransformer` writes the name of the part before it, unless it is told not to "
        "(`verbose_feature_names_out=False`)"
    )
    assert known[NAMES].where(encoded.notna()).astype(float).equals(encoded), (
        "A value that was known came out changed. -1 is such a value: a code that the schema does "
        "not list is known, and is no gap"
    )
    assert nothing[["GarageQual", "PoolQC"]].iloc[0].tolist() == [-2, -2], (
        "A house without a garage has no usual garage quality: in a category where the schema "
        'says that missing means "none", a gap gets the code `NONE`, which stands below the '
        "worst (0) and below a code unheard of (-1)"
    )
    assert nothing["Electrical"].item() == 0, (
        "Every house has wiring, so a gap in Electrical means that nobody wrote it down: "
        "it gets the most frequent code of the training table"
    )
    numbers = ["LotFrontage", "GarageYrBlt", "GrLivArea"]
    assert nothing[numbers].iloc[0].tolist() == encoded[numbers].median().tolist(), (
        "A gap in a number gets the median of the training table (a few huge values move a mean), "
        'also where it means "none": '
        "-2 would be an age like any other, a garage built two years after the sale"
    )
    learned = encoded.head(37)["GrLivArea"].median()
    assert later.loc[7, ["GrLivArea", "Electrical"]].tolist() == [learned, 0], (
        "A house of the second table was filled with what is usual in that table: medians and "
        "most frequent codes are learned by `fit`, from the training table"
    )


def test_an_empty_column_does_no_harm(submission, encoded, empty):
    bare = encoded.assign(LotFrontage=np.nan, Electrical=np.nan, PoolQC=np.nan)
    both = pd.concat([encoded, empty])
    given = submission.run(lambda code: code.fill_missing(SCHEMA).fit(bare).transform(both))

    assert sorted(given.columns) == sorted(NAMES) and not given.isna().any(axis=None), (
        "A column without any value in training should come out all the same, filled: "
        "`keep_empty_features=True`, which `imputer` sets"
    )


def test_an_indicator_says_where_a_cell_was_empty(submission, encoded, empty):
    asked = ["LotFrontage"]
    known = encoded.assign(LotFrontage=encoded["LotFrontage"].fillna(60))

    def marked(code):
        one = code.fill_missing(SCHEMA, asked).fit(encoded).transform(encoded)
        try:
            return one, code.fill_missing(SCHEMA, asked).fit(known).transform(empty)
        except ValueError:  # a gap that was not there in training
            return one, "nothing: an error was raised"

    given, later = submission.run(marked)

    added = sorted(set(given.columns) - set(NAMES))
    assert added == [f"missingindicator_{name}" for name in asked], (
        "One more column is wanted for each name in `indicators`, named as `indicator_names` says, "
        f"and for no other; these came: {', '.join(added) or 'none'}"
    )
    for name in asked:
        mark = given[f"missingindicator_{name}"].astype(float)
        assert mark.tolist() == encoded[name].isna().astype(float).tolist(), (
            f"The indicator of {name} should be 1 (or True) where the cell was empty *before* it "
            "was filled, and 0 elsewhere"
        )
    comes = "missingindicator_LotFrontage" in later
    assert comes, (
        "The indicator should come although no frontage was missing in training, as the first "
        "house with a gap may be one to price: `MissingIndicator` makes columns for those with a "
        'gap only, unless it is told otherwise (`features="all"`)'
    )
    assert later["missingindicator_LotFrontage"].astype(float).tolist() == [
        1
    ], "The frontage of this house is missing, and its indicator should be 1"


def test_the_service_fills_the_same(submission, encoded, empty, through_onnx):
    tables = [encoded, empty, encoded.head(1)]
    ours, onnx = submission.run(
        lambda code: through_onnx(code.fill_missing(SCHEMA, ["LotFrontage"]).fit(encoded), tables)
    )

    for one, other in zip(ours, onnx, strict=True):
        assert one.shape == other.shape and np.allclose(one, other, rtol=1e-5), (
            "The service fills by a translation of these parts to ONNX, and that gives something "
            "else. What it knows for certain: `SimpleImputer` and `MissingIndicator`"
        )
