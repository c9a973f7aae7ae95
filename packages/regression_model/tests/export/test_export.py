import re

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from regression_model import HOUSES, encode_rows
from regression_model.export import (
    ExportError,
    check_parity,
    largest_difference,
    odd_rows,
    to_onnx,
)
from regression_model.export.parity import TOLERANCE
from regression_model.features import ElapsedYears, QuantileClip
from regression_model.pipeline import TrainingConfig, build_pipeline, load_config
from sklearn.preprocessing import FunctionTransformer

pytestmark = pytest.mark.slow


def fitted(config, sales):
    return build_pipeline(config, HOUSES).fit(sales, np.log(sales["SalePrice"]))


def served(exported: bytes):
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])

    def predict(matrix):
        (log_prices,) = session.run(["log_price"], {"features": matrix.astype(np.float32)})
        return np.exp(log_prices[:, 0].astype(np.float64))

    return predict


@pytest.fixture(scope="module", params=["default", "champion", "selected"])
def pipeline(request, sales):
    return fitted(load_config(request.param).quick(), sales)


@pytest.fixture(scope="module")
def exported(pipeline):
    return to_onnx(pipeline)


def test_one_matrix_goes_in_and_one_column_comes_out(exported):
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])

    (given,), (made,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape[1]) == ("features", "tensor(float)", len(HOUSES))
    assert (made.name, made.type, made.shape[1]) == ("log_price", "tensor(float)", 1)


def test_every_sale_and_every_odd_row_gets_the_price_of_scikit_learn(pipeline, exported, sales):
    assert check_parity(pipeline, served(exported), sales) <= TOLERANCE


def test_rows_of_json_get_the_price_of_the_table(pipeline, exported, sales):
    odd = odd_rows(sales, HOUSES)
    rows = odd.drop(columns=["Id", "SalePrice"]).astype(object)
    rows = rows.where(rows.notna(), None).to_dict("records")

    matrix, errors = encode_rows(rows, HOUSES)

    assert not errors
    np.testing.assert_allclose(
        np.log(served(exported)(matrix)), pipeline.predict(odd), atol=TOLERANCE
    )


def test_one_row_is_priced_as_many(exported, sales, pipeline):
    matrix = pipeline[0].transform(sales.head(5)).to_numpy()
    predict = served(exported)

    alone = [predict(matrix[[row]]).item() for row in range(5)]

    np.testing.assert_allclose(alone, predict(matrix), rtol=1e-6)


def test_the_same_pipeline_gives_the_same_bytes_and_is_left_as_it_was(pipeline, exported, sales):
    before = pipeline.predict(sales)

    assert to_onnx(pipeline) == exported
    np.testing.assert_array_equal(pipeline.predict(sales), before)


def test_nothing_in_the_file_is_in_the_order_of_a_set(exported):
    domains = [opset.domain for opset in onnx.load_from_string(exported).opset_import]

    assert domains == sorted(domains)


def test_the_graph_is_small_enough_for_single_rows(exported):
    # about a microsecond each; skl2onnx alone would make over two hundred
    assert len(onnx.load_from_string(exported).graph.node) <= 70


def test_a_configuration_without_some_kinds_of_columns_is_exported_too(sales):
    choices = load_config().to_dict()
    choices["features"] |= {"ordered": [], "plain": [], "logarithms": [], "totals": {}}
    choices["features"]["elapsed"]["columns"] = []
    pipeline = fitted(TrainingConfig.from_dict(choices), sales)

    assert check_parity(pipeline, served(to_onnx(pipeline)), sales) <= TOLERANCE


def test_what_has_no_counterpart_is_refused(sales):
    pipeline = build_pipeline(load_config(), HOUSES)
    pipeline.set_params(regress__columns__plain=FunctionTransformer(np.sqrt))
    pipeline.fit(sales, np.log(sales["SalePrice"]))

    with pytest.raises(ExportError, match="cannot be exported to ONNX: .*sqrt"):
        to_onnx(pipeline)


def test_a_difference_is_found_in_whichever_row_it_is(pipeline, exported, sales):
    def skewed(matrix):
        prices = served(exported)(matrix)
        prices[7:8] *= 1.01  # one row alone has no eighth
        return prices

    assert largest_difference(pipeline, skewed, sales) == pytest.approx(np.log(1.01), rel=1e-3)
    with pytest.raises(ExportError, match=r"differ by 0\.0\d* in the logarithm .* at most 1e-05"):
        check_parity(pipeline, skewed, sales)
    with pytest.raises(ExportError, match="each step agrees alone"):
        check_parity(pipeline, skewed, sales)


def test_one_row_alone_is_compared_too(pipeline, exported, sales):
    def no_single_rows(matrix):
        return served(exported)(matrix) * (1.01 if len(matrix) == 1 else 1)

    with pytest.raises(ExportError, match="differ by 0.01"):
        check_parity(pipeline, no_single_rows, sales)


def years_never_negative(self, X):
    return X.assign(**{name: (X[self.reference] - X[name]).abs() for name in self.columns})


def years_without_gaps(self, X):
    return X.assign(**{name: (X[self.reference] - X[name]).fillna(0) for name in self.columns})


def clip_at_the_upper_end_only(self, X):
    return X.clip(upper=self.upper_, axis="columns")


YEARS = "years (regression_model.features.elapsed_years)"
SIZES = "columns__sizes__quantileclip (regression_model.features.quantile_clip)"


@pytest.mark.parametrize(
    ("transformer", "spoilt", "config", "step"),
    [
        (ElapsedYears, years_never_negative, "default", YEARS),
        (ElapsedYears, years_without_gaps, "default", YEARS),
        (QuantileClip, clip_at_the_upper_end_only, "default", f"regress__{SIZES}"),
        (QuantileClip, clip_at_the_upper_end_only, "champion", f"regress__linear__{SIZES}"),
    ],
)
def test_the_first_step_that_onnx_does_otherwise_is_named(
    transformer, spoilt, config, step, sales, monkeypatch
):
    monkeypatch.setattr(transformer, "transform", spoilt)
    pipeline = fitted(load_config(config).quick(), sales)

    told = re.escape(f"the first step whose output differs is {step}.")
    with pytest.raises(ExportError, match=told):
        check_parity(pipeline, served(to_onnx(pipeline)), sales)


def test_a_price_that_is_no_number_is_never_parity(pipeline, sales):
    with pytest.raises(ExportError, match="differ by nan"):
        check_parity(pipeline, lambda matrix: np.full(len(matrix), np.nan), sales)


def test_odd_rows_have_gaps_and_new_codes_and_keep_the_schema(sales):
    odd = odd_rows(sales.drop(columns="Alley"), HOUSES, most=50)

    matrix = build_pipeline(load_config(), HOUSES)[0].transform(odd)
    assert len(odd) == 50
    assert (matrix == -1).any().sum() > 20
    assert matrix[list(HOUSES.required)].notna().all(axis=None)
    assert matrix["LotArea"].isna().any()
    assert (matrix["YearRemodAdd"] > matrix["YrSold"]).any()
    assert matrix["GrLivArea"].max() > sales["GrLivArea"].max()
    pd.testing.assert_frame_equal(odd, odd_rows(sales.drop(columns="Alley"), HOUSES, most=50))
