import copy

import numpy as np
import pandas as pd
import pytest
from regression_model import HOUSES, encode_table
from regression_model.features import SchemaEncoder
from sklearn.utils.validation import check_is_fitted


def test_it_says_what_the_encoder_of_serving_says(sales):
    encoded = SchemaEncoder(HOUSES).fit_transform(sales)

    matrix, _ = encode_table(sales, HOUSES)
    np.testing.assert_array_equal(encoded.to_numpy(), matrix)
    assert list(encoded.columns) == list(HOUSES.names)


def test_rows_keep_their_labels(sales):
    some = sales.iloc[[5, 2]]

    assert SchemaEncoder(HOUSES).transform(some).index.equals(some.index)


def test_there_is_nothing_to_fit():
    encoder = SchemaEncoder(HOUSES)

    check_is_fitted(encoder)
    assert list(encoder.get_feature_names_out()) == list(HOUSES.names)


def test_a_row_that_breaks_a_rule_is_named(sales):
    broken = sales.head(4).assign(YrSold=[2008, 20000, 2008, 20000])

    with pytest.raises(
        ValueError, match=r"2 of 4 rows .* Row 1: YrSold: .* is not from 1700 to 2300"
    ):
        SchemaEncoder(HOUSES).transform(broken)


def test_a_single_row_with_little_in_it_will_do():
    row = {"OverallQual": 5, "GrLivArea": 900, "YearBuilt": 1950, "YrSold": 2008}
    row["Neighborhood"] = "Atlantis"

    encoded = SchemaEncoder(HOUSES).transform(pd.DataFrame([row]))

    assert encoded["Neighborhood"].item() == -1
    assert np.isnan(encoded["LotArea"].item())


def test_a_copy_keeps_the_whole_schema():
    assert copy.deepcopy(SchemaEncoder(HOUSES)).schema == HOUSES
