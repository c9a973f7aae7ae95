"""What the tests of this lesson share: tables of a seed, and the way through ONNX."""

import numpy as np
import pandas as pd
import pytest

from regression_model.simulation import simulate_sales

COLUMNS = [
    *["LotFrontage", "LotArea", "OverallQual", "YearBuilt", "YearRemodAdd", "GrLivArea"],
    *["YrSold", "Neighborhood", "SalePrice"],
]


@pytest.fixture(scope="session")
def simulated(seed) -> pd.DataFrame:
    """A hundred and twenty sales. The first was new when it was sold, the second has a gap."""
    sales = simulate_sales(120, seed=seed)[COLUMNS]
    sales.loc[0, ["YearBuilt", "YearRemodAdd"]] = sales.loc[0, "YrSold"]
    return sales.assign(LotFrontage=[60.0, None, *sales["LotFrontage"][2:]])


@pytest.fixture
def table(simulated) -> pd.DataFrame:
    """The simulated sales, to be changed at will."""
    return simulated.copy()


@pytest.fixture
def through_onnx(request):
    """A function that fits a transformer, and takes a table through it and through its ONNX.

    It takes seconds, so it waits until every other test has passed.
    """
    if request.session.testsfailed:
        pytest.skip("another test has failed")
    return _through_onnx


def _through_onnx(transformer, table, odd):
    """Return what the fitted transformer and its translation say of each odd table."""
    # pylint: disable=import-outside-toplevel  # runs beside the answer, and is slow to import
    import onnxruntime
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    from regression_model.export.conversion import OPSET
    from regression_model.export.converters import known_converters

    converters, shapes = known_converters()
    exported = convert_sklearn(
        transformer.fit(table),
        initial_types=[("table", FloatTensorType([None, table.shape[1]]))],
        target_opset=OPSET,
        custom_conversion_functions=converters,
        custom_shape_calculators=shapes,
    )
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    rows = [each.to_numpy(dtype=np.float32) for each in odd]
    translated = [session.run(None, {"table": each})[0] for each in rows]
    return [transformer.transform(each).to_numpy(dtype=float) for each in odd], translated
