"""Which step of a pipeline ONNX does otherwise than scikit-learn: asked when prices differ."""

from typing import Any

import numpy as np
import onnxruntime
from sklearn.pipeline import Pipeline

from regression_model.artefact import INPUT
from regression_model.export.conversion import convert, parts_of

# single precision loses up to this where like numbers are subtracted; a wrong step is further off
STEP_TOLERANCE = 1e-3


def differing_step(estimator: Any, table: Any, *, name: str = "") -> str | None:
    """Find the first step whose output differs, each being given what scikit-learn gives it.

    Parameters
    ----------
    estimator : Pipeline, ColumnTransformer, VotingRegressor, or a step
        Fitted.
    table : DataFrame or ndarray of float, shape (n_rows, n_columns)
        What the estimator is given.
    name : str
        Name of the estimator, as `Pipeline.set_params` takes it.

    Returns
    -------
    str or None
        Name and module of the step; None if each step by itself agrees.
    """
    parts = parts_of(estimator)
    if not parts:
        return None if _agrees(estimator, table) else f"{name} ({type(estimator).__module__})"
    for part, each, columns in parts:
        given = table if columns is None else table[columns]
        differing = differing_step(each, given, name=f"{name}__{part}".lstrip("_"))
        if differing:
            return differing
        if isinstance(estimator, Pipeline) and hasattr(each, "transform"):
            table = each.transform(given)
    return None


def _agrees(step: Any, table: Any) -> bool:
    expected = step.transform(table) if hasattr(step, "transform") else step.predict(table)
    features = np.asarray(table, dtype=np.float32)
    model = convert(step, features.shape[1]).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (given,) = session.run(None, {INPUT: features})
    expected = np.asarray(expected, dtype=float).reshape(given.shape)
    return np.allclose(given, expected, STEP_TOLERANCE, STEP_TOLERANCE, equal_nan=True)
