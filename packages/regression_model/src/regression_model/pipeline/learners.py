"""The two learners: a straight line for each feature, and boosted trees."""

import msgspec
import numpy as np
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import HuberRegressor
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

from regression_model.encoding import UNKNOWN
from regression_model.features import QuantileClip, StableLasso
from regression_model.pipeline.config import BoostingConfig, FeatureConfig, TrainingConfig


def unheard_of() -> SimpleImputer:
    """Return what makes a middling code of one that nobody knows, where codes have an order.

    Returns
    -------
    SimpleImputer
        Not fitted.
    """
    return SimpleImputer(strategy="median", missing_values=UNKNOWN, keep_empty_features=True)


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
    unordered = OneHotEncoder(
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


def linear_learner(
    config: TrainingConfig, groups: dict[str, list[str]], *, seed: int = 0
) -> Pipeline:
    """Build the linear learner: features on one scale, and a line that outliers don't bend.

    Parameters
    ----------
    config : TrainingConfig
    groups : dict of str to list of str
        As `column_groups` gives them.
    seed : int
        Seed of the selection, where there is one.

    Returns
    -------
    Pipeline
        Its steps are "columns", "select" where the configuration asks for it, and "line".
    """
    columns = linear_columns(config.features, groups)
    # a hundred sales can take two thousand steps, the more the fewer they are
    line = HuberRegressor(alpha=config.linear.alpha, epsilon=config.linear.epsilon, max_iter=20_000)
    if config.selection is None:
        return Pipeline([("columns", columns), ("line", line)])
    select = StableLasso(**msgspec.structs.asdict(config.selection), random_state=seed)
    return Pipeline([("columns", columns), ("select", select), ("line", line)])


def boosted_learner(
    boosting: BoostingConfig, groups: dict[str, list[str]], *, seed: int = 0
) -> Pipeline:
    """Build the boosted trees: they need no scale, only an order in every column.

    Parameters
    ----------
    boosting : BoostingConfig
    groups : dict of str to list of str
        As `column_groups` gives them.
    seed : int

    Returns
    -------
    Pipeline
        Its steps are "columns" and "trees".
    """
    # each code becomes a price learned from houses other than the one it is given to
    folds = KFold(5, shuffle=True, random_state=seed)
    columns = make_column_transformer(
        (TargetEncoder(target_type="continuous", cv=folds), groups["unordered"]),
        (unheard_of(), groups["ordered"]),
        ("passthrough", groups["sizes"] + groups["amounts"] + groups["empty"]),
        verbose_feature_names_out=False,
    )
    trees = GradientBoostingRegressor(
        n_estimators=boosting.trees,
        learning_rate=boosting.learning_rate,
        max_depth=boosting.depth,
        min_samples_leaf=boosting.leaf,
        subsample=boosting.rows,
        max_features=boosting.columns,
        random_state=seed,
    )
    return Pipeline([("columns", columns), ("trees", trees)])
