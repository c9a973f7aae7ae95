"""House prices: trained with scikit-learn, served through ONNX.

What is imported here is the prediction half: it needs NumPy and onnxruntime only. The training
half is imported by room, for instance `regression_model.training`, and needs the extra
`regression_model[train]`.
"""

from regression_model.artefact import Manifest, Model, ModelError, load_model
from regression_model.differential import Capture, Comparison, Policy, compare, compare_captures
from regression_model.encoding import EncodedRows, encode_rows, encode_table
from regression_model.prediction import make_prediction
from regression_model.schema import HOUSES, Feature, FeatureSchema, clean_text
from regression_model.version import __version__

__all__ = [
    "HOUSES",
    "Capture",
    "Comparison",
    "EncodedRows",
    "Feature",
    "FeatureSchema",
    "Manifest",
    "Model",
    "ModelError",
    "Policy",
    "__version__",
    "clean_text",
    "compare",
    "compare_captures",
    "encode_rows",
    "encode_table",
    "load_model",
    "make_prediction",
]
