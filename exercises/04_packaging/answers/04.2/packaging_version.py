"""Whether a model is whole, and goes together with this version of the package."""

import hashlib
import hmac

from packaging.version import Version

from regression_model.artefact.manifest import FORMAT, ModelError
from regression_model.version import __version__


def train_again(directory):
    return f"regression-model train --model {directory}"


def check_versions(data, directory, *, code_version=__version__):
    ours, theirs = Version(code_version), Version(data["package_version"])
    problem = None
    if data["format"] != FORMAT:
        problem = f"{directory}: format {data['format']} cannot be read, only format {FORMAT}"
    elif ours.major != theirs.major:
        problem = f"{directory}: a model of version {theirs}; this is version {ours}"
    if problem:
        install = f"pip install regression_model=={theirs}\n" if ours != theirs else ""
        raise ModelError(f"{problem}\n{install}{train_again(directory)}")


def check_hash(content, sha256, file):
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), sha256):
        raise ModelError(f"{file} is damaged; {train_again(file.parent)}")
