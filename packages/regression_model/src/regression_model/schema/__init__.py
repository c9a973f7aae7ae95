"""What a row may hold: one truth for encoding, for the service's contract and for the manifest."""

from regression_model.schema.cells import clean_text, number_in
from regression_model.schema.columns import DataError, check_columns, column_remarks
from regression_model.schema.feature import Feature, FeatureSchema
from regression_model.schema.houses import HOUSES
