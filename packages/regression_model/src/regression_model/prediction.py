"""`make_prediction`: rows in, one price or one reason per row out."""

import math
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from regression_model.artefact import MANIFEST, Model, load_model
from regression_model.encoding import EncodedRows, Errors, encode_table

ENVIRONMENT = "REGRESSION_MODEL"
DEFAULT_DIRECTORY = "model"
NO_PRICE = "The model cannot price this house: what it computes is not finite."


def make_prediction(
    input_data: Mapping[str, Any] | Sequence[Mapping[str, Any]] | Any,
    model: Model | str | Path | None = None,
) -> dict[str, Any]:
    """Price houses, and refuse whatever breaks the model's schema.

    Parameters
    ----------
    input_data : dict, list of dict, pandas.DataFrame or a row of one, pyarrow.Table, EncodedRows
        One house or many. A field that the model does not know spoils a dict; a column that it does
        not know is ignored. Rows that come encoded are taken to keep the schema.
    model : Model, str or Path, optional
        A model, or its directory. By default the directory that the environment variable
        REGRESSION_MODEL names, or else `model`; it is loaded once, and again when it changes.

    Returns
    -------
    dict
        `predictions`: one price in dollars per row, in order, None for a row that was refused;
        `version`: version of the model; `errors`: row index to field to messages, each of which
        begins "The model cannot price".

    Raises
    ------
    ModelError
        If the model cannot be loaded; the text says what to do.
    TypeError
        If the input is none of the kinds above.
    DataError
        If a table has a column of the schema twice; it is a ValueError.

    Examples
    --------
    >>> make_prediction({"OverallQual": 7, "GrLivArea": 1710})  # doctest: +SKIP
    {'predictions': [None], 'version': '1.0.0+0f6a52b1',
     'errors': {0: {'Neighborhood': ['The model cannot price a house without Neighborhood.'], ...}}}
    """
    if not isinstance(model, Model):
        model = _model_in(model or os.environ.get(ENVIRONMENT) or DEFAULT_DIRECTORY)
    matrix, errors = _encode(input_data, model)
    return {
        "predictions": price_rows(model, matrix, errors),
        "version": model.version,
        "errors": errors,
    }


def price_rows(model: Model, matrix: np.ndarray, errors: dict[int, Errors]) -> list[float | None]:
    """Price the encoded rows that have no errors, and add an error where no price is finite.

    Parameters
    ----------
    model : Model
        What prices them.
    matrix : ndarray of float32 or float64, shape (n, len(model.schema))
        Encoded rows.
    errors : dict of int to errors
        Of the encoding; rows whose price is not finite are added.

    Returns
    -------
    list of float or None, length n
        Dollars; None for each row in `errors`.
    """
    if errors:
        right = [row for row in range(len(matrix)) if row not in errors]
        priced = dict(zip(right, model.predict(matrix[right]).tolist(), strict=True))
    else:
        priced = dict(enumerate(model.predict(matrix).tolist()))
    return [_finite_or_none(row, priced.get(row, math.nan), errors) for row in range(len(matrix))]


def _finite_or_none(row: int, price: float, errors: dict[int, Errors]) -> float | None:
    if math.isfinite(price):
        return price
    errors.setdefault(row, {"_schema": [NO_PRICE]})
    return None


def _encode(input_data: Any, model: Model) -> tuple[np.ndarray, dict[int, Errors]]:
    if isinstance(input_data, EncodedRows):
        return input_data.matrix, {}
    if isinstance(input_data, Mapping):
        return model.encode([input_data])
    if isinstance(input_data, (list, tuple)):
        return model.encode(input_data)
    # told by what it can do: neither pandas nor pyarrow is needed to predict
    if hasattr(input_data, "to_frame") and any(name in input_data for name in model.schema.names):
        input_data = input_data.to_frame().T  # a row of a DataFrame
    if hasattr(input_data, "iloc") and hasattr(input_data, "columns"):
        return encode_table(input_data, model.schema)
    if hasattr(input_data, "column_names") and hasattr(input_data, "combine_chunks"):
        return encode_table(input_data, model.schema)
    raise TypeError(
        "make_prediction takes a dict, a list of dicts, a DataFrame or a row of one, an Arrow table"
        f" or EncodedRows, not {type(input_data).__name__}"
    )


def _model_in(directory: str | Path) -> Model:
    try:
        stat = os.stat(os.path.join(directory, MANIFEST))
        stamp = (stat.st_mtime_ns, stat.st_ino)
    except OSError:
        stamp = None  # load_model finds the words for it
    return _load_once(os.path.abspath(directory), stamp)


@lru_cache(maxsize=4)
def _load_once(directory: str, stamp: tuple[int, int] | None) -> Model:
    del stamp  # a part of the key only: a model put into the same place is another model
    return load_model(directory)
