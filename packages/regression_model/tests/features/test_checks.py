import numpy as np
import pandas as pd
import pytest
from regression_model.features.checks import check_table


def test_the_table_itself_comes_back():
    table = pd.DataFrame({"YrSold": [2008]})

    assert check_table(table, ["YrSold", "YrSold"]) is table


def test_an_array_has_no_columns_to_find():
    with pytest.raises(TypeError, match="pandas DataFrame, not ndarray"):
        check_table(np.zeros((2, 2)))


def test_only_columns_that_are_needed_must_be_numbers():
    table = pd.DataFrame({"YrSold": [2008], "Street": ["Pave"]})

    assert check_table(table, ["YrSold"]) is table
    with pytest.raises(TypeError, match="Street"):
        check_table(table, ["Street"])
