"""What a training run was asked for."""

from dataclasses import dataclass

from regression_model.pipeline import TrainingConfig
from regression_model.schema import HOUSES, FeatureSchema

FOLDS = 5


@dataclass(frozen=True)
class Run:
    """What a training run was asked for.

    Parameters
    ----------
    config : TrainingConfig
    seed : int
    schema : FeatureSchema
    folds : int
    """

    config: TrainingConfig
    seed: int = 0
    schema: FeatureSchema = HOUSES
    folds: int = FOLDS
