"""`linear_columns` of `regression_model.pipeline.learners`."""

import numpy as np
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder
from regression_model.features import QuantileClip, StableLasso
from regression_model.pipeline.config import BoostingConfig, FeatureConfig, TrainingConfig
from regression_model.pipeline.learners import unheard_of


def linear_columns(features: FeatureConfig, groups: dict[str, list[str]]) -> ColumnTransformer:
    """Bring every column into a form that a straight line can use, all on one scale.

    Parameters
    ----------
    features : FeatureConfig
        How much to clip, and how often a code must be seen to count on its own.
    groups : dict of str to list of str
        As `column_groups` gives them.

    Returns
    -------
    ColumnTransformer
        Not fitted. It takes a table without gaps.
    """
    from sklearn.compose import make_column_transformer

    def log():
        return FunctionTransformer(np.log1p, feature_names_out="one-to-one")

    codes = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        sparse_output=False,
        min_frequency=features.min_frequency,
    )
    return make_column_transformer(
        (codes, groups["unordered"]),
        ("passthrough", groups["empty"]),
        (make_pipeline(QuantileClip(features.clip), StandardScaler()), groups["plain"]),
        (make_pipeline(QuantileClip(features.clip), log(), StandardScaler()), groups["sizes"]),
        (make_pipeline(unheard_of(), StandardScaler()), groups["ordered"]),
        (make_pipeline(StandardScaler()), groups["amounts"]),
    )
