"""Differential testing: the same houses, priced by two models, and where they disagree."""

from regression_model.differential.captures import Capture, hash_file, read_capture, take_capture
from regression_model.differential.comparison import Comparison, compare, compare_captures
from regression_model.differential.policy import Policy

__all__ = [
    "Capture",
    "Comparison",
    "Policy",
    "compare",
    "compare_captures",
    "hash_file",
    "read_capture",
    "take_capture",
]
