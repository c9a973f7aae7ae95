"""From the fitted pipeline to ONNX, and the proof that both give the same price."""

from regression_model.export.conversion import ExportError, to_onnx
from regression_model.export.parity import check_parity, largest_difference, odd_rows
