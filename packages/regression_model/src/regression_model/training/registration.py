"""The last step: from a fitted pipeline to a directory that can be shipped."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
from sklearn.pipeline import Pipeline

from regression_model.artefact import ONNX, Manifest, load_model
from regression_model.data import prices_of
from regression_model.evaluation import OutOfFold, summarise, write_report
from regression_model.export import check_parity, to_onnx
from regression_model.training.description import describe
from regression_model.training.pipeline_file import save_pipeline
from regression_model.training.place import free_place, move_in_place
from regression_model.training.run import Run
from regression_model.training.validation import SET_ASIDE


def register(
    pipeline: Pipeline,
    sales: pd.DataFrame,
    predictions: OutOfFold,
    run: Run,
    directory: Path,
    broken: pd.DataFrame | None = None,
) -> Manifest:
    """Write the artefact: export, check that it prices as the pipeline does, and move it in place.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted to all sales.
    sales : DataFrame of shape (n_rows, n_columns)
    predictions : OutOfFold
        For the report.
    run : Run
    directory : Path
        Where to.
    broken : DataFrame, optional
        What was set aside, as `set_aside` gives it.

    Returns
    -------
    Manifest

    Raises
    ------
    ExportError
        If ONNX would not give the prices that scikit-learn gives.
    ModelError
        If the directory holds something other than a model.
    """
    prices = prices_of(sales)
    aside = 0 if broken is None else broken["row"].nunique()
    result = summarise(prices, predictions) | {"set_aside": aside}
    directory = free_place(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}.") as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        exported = to_onnx(pipeline)
        (made / ONNX).write_bytes(exported)
        save_pipeline(pipeline, made)
        write_report(made, result, prices, predictions.predicted)
        if aside:
            broken.to_csv(made / SET_ASIDE, index=False, na_rep="NA", lineterminator="\n")
        manifest = describe(sales, run, result, exported)
        manifest.write(made)
        # through the very code that serves
        difference = check_parity(pipeline, load_model(made).predict, sales, seed=run.seed)
        metrics = dict(manifest.metrics) | {"onnx_difference": difference}
        manifest = replace(manifest, metrics=metrics)
        manifest.write(made)
        move_in_place(made, directory, Path(scratch) / "old")
    return manifest
