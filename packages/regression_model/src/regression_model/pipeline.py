"""From a table of sales to the logarithm of the price: one scikit-learn pipeline.

    encode    rules and codes of the schema           (shared with serving)
    years     calendar years become ages
    fill      no value is missing from here on
    totals    all floors, all porches, all bathrooms
    regress   a linear learner, or that and boosted trees

Everything after `encode` is exported to ONNX by `regression_model.export`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import HuberRegressor
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    StandardScaler,
    TargetEncoder,
)

from regression_model.config import BoostingConfig, ConfigError, TrainingConfig
from regression_model.features import ElapsedYears, QuantileClip, SchemaEncoder, Totals
from regression_model.schema import FeatureSchema

# the code of "the house has none": below the worst, and below -1, which is a code unheard of
NONE = -2.0
UNKNOWN = -1.0


def build_pipeline(config: TrainingConfig, schema: FeatureSchema, *, seed: int = 0) -> Pipeline:
    """Build the untrained pipeline.

    Parameters
    ----------
    config : TrainingConfig
        What to do with which column.
    schema : FeatureSchema
        The columns that there are.
    seed : int
        Seed of everything random in training.

    Returns
    -------
    Pipeline
        Takes a table of sales, of shape (n_rows, n_columns), and predicts the natural logarithm
        of the price in dollars, of shape (n_rows,).

    Raises
    ------
    ConfigError
        If the configuration speaks of a column that the schema does not have.

    Examples
    --------
    >>> from regression_model.config import load_config
    >>> from regression_model.houses import HOUSES
    >>> list(build_pipeline(load_config("default"), HOUSES).named_steps)
    ['encode', 'years', 'fill', 'totals', 'regress']
    """
    groups = column_groups(config, schema)
    elapsed = config.features.elapsed
    return Pipeline(
        [
            ("encode", SchemaEncoder(schema)),
            ("years", ElapsedYears(elapsed.columns, reference=elapsed.reference)),
            ("fill", fill_missing(schema)),
            ("totals", Totals(config.features.totals)),
            ("regress", _regressor(config, groups, seed)),
        ]
    )


def column_groups(config: TrainingConfig, schema: FeatureSchema) -> dict[str, list[str]]:
    """Say which column is treated how.

    Parameters
    ----------
    config : TrainingConfig
    schema : FeatureSchema

    Returns
    -------
    dict of str to list of str
        "sizes" and "amounts" are numbers, "ordered" and "unordered" are codes: each column is in
        one of these. "plain" names sizes again, which also count as they are.

    Raises
    ------
    ConfigError
        If the configuration speaks of a column that the schema does not have.
    """
    features = config.features
    numbers = [*schema.numbers, *features.totals]
    _check(config, schema)
    return {
        "sizes": list(features.logarithms),
        "plain": list(features.plain),
        "amounts": [name for name in numbers if name not in features.logarithms],
        "ordered": list(features.ordered),
        "unordered": [name for name in schema.categories if name not in features.ordered],
    }


def fill_missing(schema: FeatureSchema) -> ColumnTransformer:
    """Fill what is missing: by the schema, it means "none", or nobody wrote it down.

    Parameters
    ----------
    schema : FeatureSchema

    Returns
    -------
    ColumnTransformer
        "None" gets a code of its own; a code not written down becomes the most frequent one, a
        number the median. A column that is empty in training does no harm.
    """
    none = [name for name in schema.categories if schema[name].missing == "none"]
    unwritten = [name for name in schema.categories if name not in none]
    return ColumnTransformer(
        [
            ("none", _imputer("constant", fill_value=NONE), none),
            ("usual", _imputer("most_frequent"), unwritten),
            ("middle", _imputer("median"), list(schema.numbers)),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


def linear_learner(config: TrainingConfig, groups: dict[str, list[str]]) -> Pipeline:
    """Build the linear learner: features on one scale, and a line that outliers don't bend.

    Parameters
    ----------
    config : TrainingConfig
    groups : dict of str to list of str
        As `column_groups` gives them.

    Returns
    -------
    Pipeline
        Its steps are "columns" and "line".
    """
    features = config.features
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
    columns = ColumnTransformer(
        [
            ("sizes", sizes, groups["sizes"]),
            ("plain", plain, groups["plain"]),
            ("amounts", StandardScaler(), groups["amounts"]),
            ("ordered", make_pipeline(_unheard_of(), StandardScaler()), groups["ordered"]),
            ("unordered", unordered, groups["unordered"]),
        ],
    )
    line = HuberRegressor(alpha=config.linear.alpha, epsilon=config.linear.epsilon, max_iter=2000)
    return Pipeline([("columns", columns), ("line", line)])


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
        (_unheard_of(), groups["ordered"]),
        ("passthrough", groups["sizes"] + groups["amounts"]),
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


def _regressor(
    config: TrainingConfig, groups: dict[str, list[str]], seed: int
) -> Pipeline | VotingRegressor:
    line = linear_learner(config, groups)
    if config.boosting is None:
        return line
    trees = boosted_learner(config.boosting, groups, seed=seed)
    return VotingRegressor([("linear", line), ("boosted", trees)])


def _imputer(strategy: str, **options) -> SimpleImputer:
    return SimpleImputer(strategy=strategy, keep_empty_features=True, **options)


def _unheard_of() -> SimpleImputer:
    # where codes have an order, one that nobody knows counts as a middling one
    return _imputer("median", missing_values=UNKNOWN)


def _check(config: TrainingConfig, schema: FeatureSchema) -> None:
    features, elapsed = config.features, config.features.elapsed
    numbers, codes = "a number of the schema", "a category of the schema"
    for name, parts in features.totals.items():
        _check_known(f"features.totals.{name}", parts, schema.numbers, numbers)
    taken = [name for name in features.totals if name in schema]
    _check_known("features.totals", taken, (), "free for a new column")
    _check_known("features.elapsed", elapsed.columns, schema.numbers, numbers)
    _check_known("features.elapsed.reference", [elapsed.reference], schema.numbers, numbers)
    # years before the sale may be negative, and then have no logarithm
    sizes = [name for name in schema.numbers if name not in elapsed.columns]
    sizes = [*sizes, *features.totals]
    _check_known("features.logarithms", features.logarithms, sizes, "a size or a total")
    _check_known("features.plain", features.plain, features.logarithms, "in features.logarithms")
    _check_known("features.ordered", features.ordered, schema.categories, codes)


def _check_known(key: str, columns: Iterable[str], known: Iterable[str], what: str) -> None:
    strange = [column for column in columns if column not in known]
    if strange:
        raise ConfigError(f"{key}: {', '.join(strange)} is not {what}")
