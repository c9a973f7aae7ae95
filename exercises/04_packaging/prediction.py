"""`make_prediction`: rows in, one price or one reason per row out."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from regression_model.artefact import Model, current_model
from regression_model.encoding import Errors, encode_input

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
    # TODO: find the model, encode what came in, price the rows, and return the dict
    raise NotImplementedError("exercise 04.3 is still to do")


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
    # TODO: price the rows that have no errors, each in its own place; where a price is not finite,
    # add the error
    raise NotImplementedError("exercise 04.3 is still to do")
