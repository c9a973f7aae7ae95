"""What scikit-learn expects of each transformer, ours included."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from regression_model import HOUSES
from regression_model.features import ElapsedYears, QuantileClip, SchemaEncoder, Totals
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

NUMBERS = ["GrLivArea", "LotArea", "YearBuilt", "YrSold"]

TRANSFORMERS = {
    "elapsed": ElapsedYears(["YearBuilt"], reference="YrSold"),
    "totals": Totals({"Space": {"GrLivArea": 1, "LotArea": 0.1}}),
    "clip": QuantileClip(0.05),
}


@pytest.fixture(params=TRANSFORMERS.values(), ids=TRANSFORMERS.keys())
def transformer(request):
    return clone(request.param)


def test_a_clone_is_unfitted_and_set_up_alike(transformer, sales):
    transformer.fit(sales[NUMBERS])

    copy = clone(transformer)

    assert copy.get_params() == transformer.get_params()
    assert not hasattr(copy, "feature_names_in_")


def test_the_names_promised_are_the_names_given(transformer, sales):
    transformed = transformer.fit_transform(sales[NUMBERS])

    assert list(transformed.columns) == list(transformer.get_feature_names_out())


def test_set_output_is_obeyed(transformer, sales):
    plain = transformer.fit_transform(sales[NUMBERS])

    assert_frame_equal(transformer.set_output(transform="pandas").transform(sales[NUMBERS]), plain)


def test_rows_are_transformed_one_by_one_as_all_together(transformer, sales):
    table = sales[NUMBERS].head(10)
    transformer.fit(sales[NUMBERS])

    singly = pd.concat([transformer.transform(table.iloc[[row]]) for row in range(len(table))])

    assert_frame_equal(singly, transformer.transform(table))


def test_a_grid_search_may_turn_its_dials(sales):
    pipeline = make_pipeline(QuantileClip(), LinearRegression())
    grid = {"quantileclip__quantile": [0.0, 0.01, 0.2]}

    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise")
    search.fit(sales[NUMBERS], np.log(sales["SalePrice"]))

    assert search.best_params_["quantileclip__quantile"] in grid["quantileclip__quantile"]


def test_the_encoder_can_be_cloned_with_its_schema():
    assert clone(SchemaEncoder(HOUSES)).schema == HOUSES
