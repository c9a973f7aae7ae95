"""What is trained: the choices of a configuration, and the scikit-learn pipeline made of them."""

from regression_model.pipeline.build import build_pipeline, fit_pipeline
from regression_model.pipeline.columns import column_groups
from regression_model.pipeline.config import ConfigError, TrainingConfig
from regression_model.pipeline.config_file import load_config
from regression_model.pipeline.missing import fill_missing
