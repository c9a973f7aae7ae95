"""Prices for whole files and datasets, of any size: chunk by chunk, or on many processes."""

from regression_model.scale.cluster import score_dataset
from regression_model.scale.pieces import cut
from regression_model.scale.scoring import Scored, count_rows, score_file
from regression_model.scale.writing import write_tables
