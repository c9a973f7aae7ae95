"""The fitted pipeline as a file that skops reads without trusting it."""

import zipfile
from pathlib import Path

import skops.io
from sklearn.pipeline import Pipeline

from regression_model.artefact import ModelError

PIPELINE = "pipeline.skops"

# what a pipeline.skops of ours holds beyond what skops trusts of itself: our own classes, and parts
# of scikit-learn that hold only numbers. Nothing else is ever loaded.
TRUSTED = (
    "numpy.dtype",
    "regression_model.features.elapsed_years.ElapsedYears",
    "regression_model.features.quantile_clip.QuantileClip",
    "regression_model.features.schema_encoder.SchemaEncoder",
    "regression_model.features.selection.StableLasso",
    "regression_model.features.totals.Totals",
    "sklearn.model_selection._split.KFold",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
)


def save_pipeline(pipeline: Pipeline, directory: Path) -> None:
    """Write a fitted pipeline into a directory."""
    file = directory / PIPELINE
    skops.io.dump(pipeline, file, compression=zipfile.ZIP_DEFLATED, compresslevel=1)


def load_pipeline(directory: str | Path) -> Pipeline:
    """Load the scikit-learn pipeline of a model; serving needs only `load_model`.

    Parameters
    ----------
    directory : str or Path
        An artefact directory.

    Returns
    -------
    Pipeline
        Takes a table of sales and predicts the logarithm of the price.

    Raises
    ------
    ModelError
        If it is not there, or holds a type that is not in `TRUSTED`.
    """
    path = Path(directory) / PIPELINE
    if not path.is_file():
        raise ModelError(f"There is no {PIPELINE} in {directory}.")
    try:
        strange = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
        if strange:
            raise ModelError(f"{path} holds what no pipeline of ours does: {', '.join(strange)}.")
        return skops.io.load(path, trusted=list(TRUSTED))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ModelError(f"{path} is damaged: {error!r:.200}") from error
