"""Where a model goes: it is there whole or as it was before, and nothing else is lost by it."""

from pathlib import Path

from regression_model.artefact import MANIFEST, ONNX, ModelError
from regression_model.evaluation.report import REPORTS
from regression_model.training.pipeline_file import PIPELINE
from regression_model.training.validation import SET_ASIDE

FILES = {MANIFEST, ONNX, PIPELINE, *REPORTS, SET_ASIDE}


def free_place(directory: str | Path) -> Path:
    """Return where a model goes, if nothing but a model is lost by that.

    Parameters
    ----------
    directory : str or Path

    Returns
    -------
    Path
        Absolute, links followed.

    Raises
    ------
    ModelError
        If it is a file, or holds anything that no model consists of.
    """
    directory = Path(directory).resolve()
    if directory.exists() and not directory.is_dir():
        raise ModelError(f"{directory} is a file. Name a directory for the model.")
    there = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    strange = sorted(there - FILES)
    if strange or (there and MANIFEST not in there):
        raise ModelError(
            f"{directory} holds something that is no model ({', '.join(strange or there)}), which "
            "training would remove. Name another directory, or empty it."
        )
    return directory


def move_in_place(made: Path, directory: Path, old: Path) -> None:
    """Put a new model where an old one may be.

    Parameters
    ----------
    made : Path
        Directory of the new model.
    directory : Path
        Where to.
    old : Path
        Where the old model goes meanwhile.

    Raises
    ------
    OSError
        If that is impossible; then the old model is where it was.
    """
    made.chmod(0o755)
    if directory.exists():
        directory.rename(old)
    try:
        made.rename(directory)
    except OSError:
        if old.exists():
            old.rename(directory)
        raise
