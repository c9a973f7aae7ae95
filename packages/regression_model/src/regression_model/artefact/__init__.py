"""The model as files: a manifest that says what it is, and an ONNX model that prices.

An artefact directory holds `manifest.json` and `model.onnx`, all that prediction needs, beside
what training leaves for people (`report.md`, `report.json`, `report.png`, and `set_aside.csv` if
rows were) and for scikit-learn (`pipeline.skops`). Nothing in it has to be unpickled, so nothing
in it has to be trusted.
"""

from regression_model.artefact.current import current_model
from regression_model.artefact.loading import ONNX, load_model
from regression_model.artefact.manifest import MANIFEST, Manifest, ModelError
from regression_model.artefact.model import INPUT, OUTPUT, Model
