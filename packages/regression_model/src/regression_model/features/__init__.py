"""Transformers of our own, one a module: only what scikit-learn has no part for."""

from regression_model.features.elapsed_years import ElapsedYears
from regression_model.features.quantile_clip import QuantileClip
from regression_model.features.schema_encoder import SchemaEncoder
from regression_model.features.selection import StableLasso
from regression_model.features.totals import Totals
