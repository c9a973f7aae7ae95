"""The first step of every pipeline: the encoder that training shares with serving."""

import json
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from regression_model.encoding import encode_table
from regression_model.schema import FeatureSchema


class SchemaEncoder(TransformerMixin, BaseEstimator):
    """Turn a table of sales into numbers by the rules of a schema.

    Serving encodes a row with the same function, so that the two can't drift apart. What comes
    after this step is exported to ONNX.

    Parameters
    ----------
    schema : FeatureSchema
        The columns to keep, and the codes of their categories.

    Examples
    --------
    >>> from regression_model.schema import Feature
    >>> quality = Feature("KitchenQual", "category", "Kitchen.", categories=("Fa", "TA", "Gd"))
    >>> houses = pd.DataFrame({"KitchenQual": ["TA", "Golden", None]})
    >>> SchemaEncoder(FeatureSchema((quality,))).fit_transform(houses)["KitchenQual"].tolist()
    [1.0, -1.0, nan]
    """

    def __init__(self, schema: FeatureSchema) -> None:
        self.schema = schema

    def fit(self, X: pd.DataFrame, y=None) -> "SchemaEncoder":  # pylint: disable=unused-argument
        """Return the encoder itself: all that it knows is in the schema."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        # one text: as objects, the schema would be most of what a saved pipeline holds
        return super().__getstate__() | {"schema": json.dumps(self.schema.to_dict())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        schema = FeatureSchema.from_dict(json.loads(state["schema"]))
        super().__setstate__(state | {"schema": schema})

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Encode a table.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            At least the required columns of the schema, in any order.

        Returns
        -------
        DataFrame of float64, shape (n_rows, len(schema))
            A category is its index in the schema, -1 is a category that the schema does not list,
            NaN is missing.

        Raises
        ------
        ValueError
            If a row breaks a rule of the schema; the message names the first such row.
        """
        matrix, errors = encode_table(X, self.schema)
        if errors:
            row, fields = next(iter(errors.items()))
            told = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in fields.items())
            raise ValueError(
                f"{len(errors)} of {len(X)} rows break a rule of the schema. Row {row}: {told}"
            )
        return pd.DataFrame(matrix, columns=list(self.schema.names), index=X.index)

    # pylint: disable-next=unused-argument  # scikit-learn passes it
    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Return the names of the schema's features.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str, shape (len(schema),)
        """
        return np.asarray(self.schema.names, dtype=object)
