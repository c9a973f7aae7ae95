"""From a table of sales to the logarithm of the price: one scikit-learn pipeline.

    encode    rules and codes of the schema           (shared with serving)
    years     calendar years become ages
    fill      no value is missing from here on
    totals    all floors, all porches, all bathrooms
    regress   a linear learner, or that and boosted trees

Everything after `encode` is exported to ONNX by `regression_model.export`.
"""

import numpy as np
import pandas as pd
from sklearn.ensemble import VotingRegressor
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from regression_model.data import prices_of
from regression_model.features import ElapsedYears, SchemaEncoder, Totals
from regression_model.pipeline.columns import column_groups
from regression_model.pipeline.config import TrainingConfig
from regression_model.pipeline.learners import boosted_learner, linear_learner
from regression_model.pipeline.missing import fill_missing
from regression_model.schema import FeatureSchema


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
    >>> from regression_model.pipeline import load_config
    >>> from regression_model.schema import HOUSES
    >>> list(build_pipeline(load_config("default"), HOUSES).named_steps)
    ['encode', 'years', 'fill', 'totals', 'regress']
    """
    groups = column_groups(config, schema)
    elapsed = config.features.elapsed
    years = []
    if elapsed:
        years = [("years", ElapsedYears(elapsed.columns, reference=elapsed.reference))]
    return Pipeline(
        [
            ("encode", SchemaEncoder(schema)),
            *years,
            ("fill", fill_missing(schema, config.features.indicators)),
            ("totals", Totals(config.features.totals)),
            ("regress", _regressor(config, groups, seed)),
        ]
    )


def fit_pipeline(
    sales: pd.DataFrame, config: TrainingConfig, schema: FeatureSchema, *, seed: int = 0
) -> Pipeline:
    """Build the pipeline and fit it to the logarithms of prices.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
        With prices; each of them must keep the schema.
    config, schema, seed
        As for `build_pipeline`.

    Returns
    -------
    Pipeline

    Raises
    ------
    ConfigError
        As `build_pipeline` does.
    """
    pipeline = build_pipeline(config, schema, seed=seed)
    # one thread: so many rows take no longer, and sums keep their order
    with threadpool_limits(limits=1):
        return pipeline.fit(sales, np.log(prices_of(sales)))


def _regressor(
    config: TrainingConfig, groups: dict[str, list[str]], seed: int
) -> Pipeline | VotingRegressor:
    line = linear_learner(config, groups, seed=seed)
    if config.boosting is None:
        return line
    trees = boosted_learner(config.boosting, groups, seed=seed)
    return VotingRegressor([("linear", line), ("boosted", trees)])
