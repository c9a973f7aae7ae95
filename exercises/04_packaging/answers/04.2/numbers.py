"""Whether a model is whole, and goes together with this version of the package."""

import hashlib

from regression_model.artefact.manifest import FORMAT, ModelError
from regression_model.version import __version__


def train_again(directory):
    return f"regression-model train --model {directory}"


def refuse(why, *cures):
    raise ModelError(why + " Try one of: " + "; ".join(cure for cure in cures if cure) + ".")


def check_versions(data, directory, *, code_version=__version__):
    major, _, _ = [int(part) for part in code_version.split(".")]
    version = data["package_version"]
    install = "" if version == code_version else f"pip install regression_model=={version}"
    if not data["format"] == FORMAT:
        why = f"{directory} has format {data['format']} instead of format {FORMAT}."
        refuse(why, train_again(directory), install)
    if int(version[: version.index(".")]) != major:
        why = f"Code {code_version} cannot use the model of {version} in {directory}."
        refuse(why, install, train_again(directory))


def check_hash(content, sha256, file):
    digest = hashlib.new("sha256")
    digest.update(content)
    if digest.hexdigest() == sha256:
        return
    refuse(f"{file.name} in {file.parent} has another hash.", train_again(file.parent))
