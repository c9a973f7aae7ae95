"""Each group of columns comes in the form that a line can use; what is rare is learned once."""

import msgspec
import numpy as np
import pandas as pd
import pytest

from regression_model.pipeline import load_config

GROUPS = {
    "sizes": ["LotArea", "GrLivArea"],
    "plain": ["GrLivArea"],
    "amounts": ["OverallQual"],
    "ordered": ["KitchenQual"],
    "unordered": ["Neighborhood", "SaleType"],
    "empty": ["missingindicator_GarageYrBlt"],
}
CHOICES = msgspec.structs.replace(load_config("default").features, min_frequency=20, clip=0.05)
RARE, UNSEEN = 5.0, 77.0


@pytest.fixture
def encoded(table, random):
    """Two hundred houses without gaps: five neighbourhoods, of which 4 and 5 are rare."""
    houses = table.head(200)
    places = np.repeat([0.0, 1, 2, 3, 4, RARE], [60, 55, 40, 20, 19, 6])
    known = random.integers(0, 5, 200).astype(float)
    return pd.DataFrame(
        {
            "LotArea": houses["LotArea"].astype(float),
            "GrLivArea": houses["GrLivArea"].where(houses.index % 9 > 0, 0).astype(float),
            "OverallQual": houses["OverallQual"].where(houses.index > 0, 40).astype(float),
            "KitchenQual": np.where(houses.index % 11 == 0, -1, known),
            "Neighborhood": random.permutation(places),
            "SaleType": random.choice([0.0, 1.0], 200),
            "missingindicator_GarageYrBlt": houses.index % 13 == 0,
        }
    )


@pytest.fixture
def pair(encoded):
    """A house three times: in a rare neighbourhood, in one never seen, in a frequent one."""
    return pd.concat([encoded.head(1).assign(Neighborhood=code) for code in (RARE, UNSEEN, 0.0)])


def columns_of(code, train, *tables, choices=CHOICES):
    """Return what is made of each table, fitted on the first."""
    fitted = code.linear_columns(choices, GROUPS).fit(train)
    return [np.asarray(fitted.transform(table), dtype=float) for table in tables]


def holds(given, expected):
    expected = np.asarray(expected, dtype=float)
    return any(np.allclose(column, expected, atol=1e-9) for column in given.T)


def standard(values):
    return (values - values.mean()) / values.std(ddof=0)


def clipped(values):
    return values.clip(values.quantile(0.05), values.quantile(0.95))


def test_numbers_come_on_one_scale(submission, encoded):
    def made(code):
        columns_of(code, encoded, encoded)
        again = code.linear_columns(CHOICES, GROUPS)
        fitted = hasattr(again, "transformers_") or hasattr(again, "n_features_in_")
        return fitted, columns_of(code, encoded, encoded)[0]

    fitted, given = submission.run(made)

    assert not fitted, (
        "What comes back was fitted already: make new parts in each call, and leave fitting to "
        "the pipeline"
    )
    for name in GROUPS["sizes"]:
        assert holds(given, standard(np.log1p(clipped(encoded[name])))), (
            f"{name} is a size: clipped by `QuantileClip(features.clip)`, then `np.log1p` (some "
            "sizes are 0, and have no logarithm), then on one scale, in this order"
        )
    assert holds(given, standard(clipped(encoded["GrLivArea"]))), (
        "GrLivArea is in `sizes` and in `plain`, so it should come twice: as the logarithm, and "
        "clipped and on one scale without a logarithm"
    )
    assert holds(given, standard(encoded["OverallQual"])), (
        "OverallQual is an amount: on one scale (mean 0, standard deviation 1), and nothing else; "
        "it is not clipped"
    )
    quality = encoded["KitchenQual"]
    middling = quality.where(quality >= 0, quality[quality >= 0].median())
    assert holds(given, standard(middling)), (
        "KitchenQual is ordered: its codes are one column of numbers, on one scale. -1, a code "
        "unheard of, first becomes a middling one: that is `unheard_of()`"
    )


def test_codes_are_columns_and_the_rare_are_one(submission, encoded, pair):
    finer = msgspec.structs.replace(CHOICES, min_frequency=7)
    estate = encoded.assign(Neighborhood=RARE)

    def made(code):
        several = columns_of(code, encoded, encoded, estate, estate.head(1), pair)
        return *several, columns_of(code, encoded, encoded, choices=finer)[0]

    given, new, alone, (rare, unseen, frequent), fine = submission.run(made)

    place = encoded["Neighborhood"]
    for code in (0.0, 1, 2, 3):
        assert holds(given, place == code), (
            f"Code {code:.0f} of Neighborhood is in 20 sales or more: it should have a column of "
            "its own, 1 in its houses and 0 in the others, also the first of them"
        )
    assert holds(given, place >= 4) and not holds(given, place == RARE), (
        "Codes 4 and 5 of Neighborhood are in fewer than `features.min_frequency` sales, which is "
        "20 here: they should be one column together, 1 in the houses of either"
    )
    assert holds(fine, place == 4) and holds(fine, place == RARE), (
        "With `min_frequency` 7, code 4 (19 sales) counts on its own, and code 5 (6 sales) is the "
        "only one in the group of the rare"
    )
    assert np.allclose(rare, unseen) and not np.allclose(rare, frequent), (
        "A code that training has never seen is as rare as can be: its house should come out like "
        'one of a rare code (`handle_unknown="infrequent_if_exist"`), not as a row of zeros'
    )
    assert np.allclose(new[0], rare) and np.allclose(alone[0], rare), (
        "Every house of the second table is of code 5, which is rare in training: rare it stays, "
        "in a table of two hundred and in a request of one. `fit` counts, `transform` does not"
    )
    assert holds(
        given, encoded["missingindicator_GarageYrBlt"]
    ), "The columns of the group `empty` are 1 and 0 already: they pass as they are"
    assert given.shape == (200, 13), (
        "13 columns should come: 2 sizes, 1 plain, 1 amount, 1 ordered, 5 of Neighborhood (4 "
        "frequent and the group of the rare), 2 of SaleType, 1 indicator. "
        f"{given.shape[1]} came"
    )


def test_the_service_makes_the_same_columns(submission, encoded, through_onnx):
    odd = encoded.head(4).assign(Neighborhood=[RARE, UNSEEN, -1, 0], KitchenQual=[-1, 0, 2, 4])
    tables = [each.astype(float) for each in (encoded, odd, encoded.head(1))]
    ours, onnx = submission.run(
        lambda code: through_onnx(code.linear_columns(CHOICES, GROUPS).fit(tables[0]), tables)
    )

    for one, other in zip(ours, onnx, strict=True):
        assert one.shape == other.shape and np.allclose(one, other, rtol=1e-4, atol=1e-4), (
            "The service makes these columns by a translation to ONNX, and that gives others: keep "
            "to the parts named in the brief, which it knows"
        )
