"""Each converter by itself, on inputs that the whole pipeline would never give it."""

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from regression_model.export.converters import known_converters
from regression_model.features import ElapsedYears, QuantileClip, StableLasso, Totals
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.impute import MissingIndicator
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, TargetEncoder

NAN = np.nan


def through_onnx(transformer, table: pd.DataFrame) -> np.ndarray:
    converters, shapes = known_converters()
    model = convert_sklearn(
        transformer,
        initial_types=[("X", FloatTensorType([None, table.shape[1]]))],
        custom_conversion_functions=converters,
        custom_shape_calculators=shapes,
        target_opset=18,
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (result,) = session.run(None, {"X": table.to_numpy(dtype=np.float32)})
    return result


def assert_same(transformer, table: pd.DataFrame) -> None:
    expected = np.asarray(transformer.transform(table), dtype=np.float64)
    np.testing.assert_allclose(through_onnx(transformer, table), expected, rtol=1e-6)


@pytest.fixture
def numbers() -> pd.DataFrame:
    return pd.DataFrame({"a": [1.0, 2, NAN, 40], "b": [5.0, NAN, 7, 8], "c": [0.0, 1, 2, 3]})


@pytest.fixture
def codes() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame({name: random.integers(-2, 6, 300) * 1.0 for name in "abc"})


@pytest.fixture
def odd_codes() -> pd.DataFrame:
    values = [-2.0, -1, 0, 3, 5, 6, 99, -99, 1e30, NAN]
    return pd.DataFrame({name: np.roll(values, shift) for shift, name in enumerate("abc")})


def test_a_gap_in_one_column_stays_in_that_column(numbers):
    assert_same(ElapsedYears(["a"], reference="c").fit(numbers), numbers)
    assert_same(QuantileClip(0.2).fit(numbers), numbers)
    assert_same(Totals({"t": {"a": 1, "c": 0.5}, "u": {"c": 2}}).fit(numbers), numbers)


def test_several_years_may_elapse_at_once(numbers):
    assert_same(ElapsedYears(["a", "b"], reference="c").fit(numbers), numbers)


def test_whether_a_cell_is_empty_is_a_number(numbers):
    assert_same(MissingIndicator(features="all").fit(numbers), numbers)


def test_limits_may_be_infinite(numbers):
    assert_same(QuantileClip().fit(numbers.assign(a=NAN)), numbers)


def test_columns_that_are_kept_are_those_that_come_out(codes):
    noise = np.random.default_rng(1).normal(size=len(codes))
    kept = StableLasso().fit(codes, codes["c"] - codes["a"] + noise)

    assert kept.get_support().tolist() == [True, False, True]
    assert_same(kept, codes)


def test_functions_are_the_logarithm_or_nothing(numbers):
    assert_same(FunctionTransformer(np.log1p).fit(numbers), numbers)
    assert_same(FunctionTransformer().fit(numbers), numbers)
    with pytest.raises(NotImplementedError, match="sqrt"):
        through_onnx(FunctionTransformer(np.sqrt).fit(numbers), numbers)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"handle_unknown": "ignore"},
        {"handle_unknown": "infrequent_if_exist", "min_frequency": 38},
        {"handle_unknown": "infrequent_if_exist", "min_frequency": 1},
        {"handle_unknown": "infrequent_if_exist", "min_frequency": 1000},
    ],
)
def test_codes_become_columns_of_ones_and_zeros(codes, odd_codes, options, gaps):
    if gaps:
        codes.loc[:60, "b"] = NAN
    encoder = OneHotEncoder(sparse_output=False, **options).fit(codes)

    assert_same(encoder, codes)
    assert_same(encoder, odd_codes)


@pytest.mark.parametrize("gaps", [False, True])
def test_codes_become_the_price_that_goes_with_them(codes, odd_codes, gaps):
    if gaps:
        codes.loc[:60, "b"] = NAN
    encoder = TargetEncoder(target_type="continuous").fit(codes, codes["a"] + codes["c"] ** 2)

    assert_same(encoder, codes)
    assert_same(encoder, odd_codes)


def test_categories_that_are_no_whole_numbers_are_refused(codes):
    encoder = OneHotEncoder(sparse_output=False).fit(codes + 0.5)

    with pytest.raises(NotImplementedError, match="whole numbers"):
        through_onnx(encoder, codes)
