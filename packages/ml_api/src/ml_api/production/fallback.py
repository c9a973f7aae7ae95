"""A copy of the model last found good, for workers that start while the directory holds a bad one.

A worker that is killed or restarted reads the model directory anew. Were the only model the one in
there, a half copied file would take the service down worker by worker, while its old model is still
perfectly good. So each model taken is copied to the directory that the workers share.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from regression_model import Model
from regression_model.artefact import MANIFEST, ONNX

PREFIX = "model-"


def keep_copy(model: Model, directory: Path, shared: Path) -> None:
    """Copy the model in `directory` to `shared`, unless it is another one by now."""
    target = shared / f"{PREFIX}{model.manifest.onnx_sha256}"
    if target.exists():
        os.utime(target)  # the newest is the last
        return
    copy = Path(tempfile.mkdtemp(dir=shared))
    try:
        for name in (MANIFEST, ONNX):
            shutil.copyfile(directory / name, copy / name)
        if _is(model, copy):
            copy.rename(target)
    except (OSError, ValueError):
        pass  # another worker was quicker, or the disk is full: the model serves without a copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _is(model: Model, copy: Path) -> bool:
    content = hashlib.sha256((copy / ONNX).read_bytes()).hexdigest()
    manifest = json.loads((copy / MANIFEST).read_bytes())
    return content == manifest["onnx_sha256"] == model.manifest.onnx_sha256


def last_copy(shared: Path) -> Path | None:
    """Return the directory of the model last found good."""
    copies = sorted(shared.glob(f"{PREFIX}*"), key=lambda path: path.stat().st_mtime_ns)
    return copies[-1] if copies else None
