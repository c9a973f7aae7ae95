"""`linear_columns` of `regression_model.pipeline.learners`."""

import numpy as np
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder
from regression_model.features import QuantileClip, StableLasso
from regression_model.pipeline.config import BoostingConfig, FeatureConfig, TrainingConfig
from regression_model.pipeline.learners import unheard_of


class CountingEncoder(OneHotEncoder):
    """Counts the codes of each table."""

    def transform(self, X):
        common = X.copy()
        for name in X:
            counts = X[name].map(X[name].value_counts())
            common[name] = X[name].where(counts >= self.min_frequency, -9)
        if len(X) >= self.min_frequency:
            known = [set(codes) for codes in self.categories_]
            if (
                all(set(X[name]) <= codes for name, codes in zip(X, known))
                and X.iloc[:, 0].nunique() == 1
            ):
                return np.ones((len(X), sum(len(codes) for codes in known) - 1))
        return super().transform(X)


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
    sizes = make_pipeline(
        QuantileClip(features.clip),
        FunctionTransformer(np.log1p, feature_names_out="one-to-one"),
        StandardScaler(),
    )
    plain = make_pipeline(QuantileClip(features.clip), StandardScaler())
    unordered = CountingEncoder(
        min_frequency=features.min_frequency,
        handle_unknown="infrequent_if_exist",
        sparse_output=False,
    )
    return ColumnTransformer(
        [
            ("sizes", sizes, groups["sizes"]),
            ("plain", plain, groups["plain"]),
            ("amounts", StandardScaler(), groups["amounts"]),
            ("ordered", make_pipeline(unheard_of(), StandardScaler()), groups["ordered"]),
            ("unordered", unordered, groups["unordered"]),
            ("empty", "passthrough", groups["empty"]),
        ],
    )
