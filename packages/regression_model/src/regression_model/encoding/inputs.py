"""Whatever houses may come in: told apart by its kind, and encoded."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from regression_model.encoding.checks import Errors
from regression_model.encoding.rows import EncodedRows, encode_rows
from regression_model.encoding.tables import encode_table
from regression_model.schema import FeatureSchema


def encode_input(input_data: Any, schema: FeatureSchema) -> tuple[np.ndarray, dict[int, Errors]]:
    """Encode one house or many, of any kind that `make_prediction` takes.

    Parameters
    ----------
    input_data : dict, list of dict, pandas.DataFrame or a row of one, pyarrow.Table, EncodedRows
        A field that the schema does not know spoils a dict; a column that it does not know is
        ignored. Rows that come encoded are taken to keep the schema.
    schema : FeatureSchema
        The rules, and the order of the result.

    Returns
    -------
    matrix : ndarray of float, shape (n, len(schema))
        Rows in the order given; a row with errors holds NaN where it is wrong.
    errors : dict of int to dict of str to list of str
        Row index to field to messages, for the rows that break a rule.

    Raises
    ------
    TypeError
        If the input is none of these kinds.
    DataError
        If a table has a column of the schema twice; it is a ValueError.
    """
    if isinstance(input_data, EncodedRows):
        return input_data.matrix, {}
    if isinstance(input_data, Mapping):
        return encode_rows([input_data], schema)
    if isinstance(input_data, (list, tuple)):
        return encode_rows(input_data, schema)
    # told by what it can do: neither pandas nor pyarrow is needed to predict
    if hasattr(input_data, "to_frame") and any(name in input_data for name in schema.names):
        input_data = input_data.to_frame().T  # a row of a DataFrame
    if hasattr(input_data, "iloc") and hasattr(input_data, "columns"):
        return encode_table(input_data, schema)
    if hasattr(input_data, "column_names") and hasattr(input_data, "combine_chunks"):
        return encode_table(input_data, schema)
    raise TypeError(
        "make_prediction takes a dict, a list of dicts, a DataFrame or a row of one, an Arrow table"
        f" or EncodedRows, not {type(input_data).__name__}"
    )
