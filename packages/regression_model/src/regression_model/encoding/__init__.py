"""Rows and tables into numbers: the one way in, for training and for serving alike.

A row becomes a vector in the order of the schema: numbers as they are, a category as its index,
-1 for a category that the schema does not list, NaN for what is missing.
"""

from regression_model.encoding.checks import MISSING, UNKNOWN, Errors, Refused, check_value, limits
from regression_model.encoding.inputs import encode_input
from regression_model.encoding.rows import EncodedRows, encode_rows
from regression_model.encoding.tables import encode_table
