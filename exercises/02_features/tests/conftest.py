"""What the tests of this lesson share: tables of a seed."""

import numpy as np
import pandas as pd
import pytest

from regression_model.simulation import simulate_sales


@pytest.fixture(scope="session")
def simulated(seed) -> pd.DataFrame:
    """Three hundred sales."""
    return simulate_sales(300, seed=seed)


@pytest.fixture
def table(simulated) -> pd.DataFrame:
    """The simulated sales, to be changed at will."""
    return simulated.copy()


@pytest.fixture
def random(seed) -> np.random.Generator:
    """A generator of the seed."""
    return np.random.default_rng(seed)


@pytest.fixture
def through_onnx(request):
    """A function that takes tables through a fitted transformer, and through its translation.

    It takes a second, so it waits until every other test has passed.
    """
    if request.session.testsfailed:
        pytest.skip("another test has failed")
    return _through_onnx


def _through_onnx(fitted, tables):
    """Return what a fitted transformer and its translation to ONNX say of each table."""
    # pylint: disable=import-outside-toplevel  # runs beside the answer, and is slow to import
    import onnxruntime

    from regression_model.export.conversion import convert

    exported = convert(fitted, tables[0].shape[1]).SerializeToString()
    session = onnxruntime.InferenceSession(exported)
    translated = [
        session.run(None, {"features": table.to_numpy(dtype=np.float32)})[0] for table in tables
    ]
    return [np.asarray(fitted.transform(table), dtype=float) for table in tables], translated
