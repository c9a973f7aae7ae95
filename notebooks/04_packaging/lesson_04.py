"""What the parts of lesson 04 share: a model, wheels, clean places to install into, an index."""

import atexit
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import onnx
import regression_model
from onnx import helper, numpy_helper
from packaging.requirements import Requirement
from passlib.apache import HtpasswdFile
from regression_model.pipeline import load_config
from regression_model.simulation import simulate_sales

from regression_model import training

SOURCE = Path(regression_model.__file__).parents[2]  # the folder with pyproject.toml
SERVE_IN = "import sys; sys.path.insert(0, sys.argv.pop(1)); "


def scratch() -> Path:
    """Return a new folder, that goes when the notebook's kernel ends."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-04-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def train_model(directory: Path) -> None:
    """Train a model quickly, on 200 of 300 simulated sales, in `directory`."""
    training.train(simulate_sales(300, seed=4), load_config(), directory=directory, quick=True)


def house() -> dict:
    """Return one simulated house, without its price."""
    sales = simulate_sales(1, seed=4).drop(columns=["SalePrice", "Id"])
    return json.loads(sales.to_json(orient="records"))[0]


# wheels -------------------------------------------------------------------------------------------


def write_package(folder: Path, pyproject: str) -> None:
    """Write a package `garden_shed` of the usual kind: code, a test, notes, and a secret."""
    inside = folder / "src" / "garden_shed"
    (inside / "tests").mkdir(parents=True)
    (inside / "__init__.py").write_text("def cost(metres):\n    return 90 * metres\n")
    (inside / "version.py").write_text('__version__ = "0.3.0"\n')
    (inside / "shell.py").write_text("def main():\n    print('a shed')\n")
    (inside / "prices.json").write_text('{"plank": 3}\n')
    (inside / "tests" / "test_cost.py").write_text("def test_cost():\n    assert True\n")
    (inside / "secret.env").write_text("TOKEN=no-real-token\n")
    (folder / "pyproject.toml").write_text(pyproject)


def build_wheel(folder: Path) -> Path:
    """Build a wheel of the package in `folder`, without network, by what is installed here."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return max((folder / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime_ns)


def names_in(wheel: Path) -> list[str]:
    """Return the names of all that is in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def read_from(wheel: Path, name: str) -> str:
    """Return the text of a file in a wheel, found by the end of its name."""
    found = next(each for each in names_in(wheel) if each.endswith(name))
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(found).decode("utf-8")


def copy_of_the_package(folder: Path, changes: dict[str, tuple[str, str]]) -> Path:
    """Copy regression_model into `folder`, with a text replaced in some of its modules."""
    ignored = shutil.ignore_patterns("__pycache__", "tests", "dist")
    shutil.copytree(SOURCE, folder, ignore=ignored)
    for name, (old, new) in changes.items():
        path = folder / "src" / "regression_model" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


VERSION_2 = {
    "version.py": ("1.0.0", "2.0.0"),
    # what the model computes is now a logarithm to the base of 10
    "artefact/model.py": ("np.exp(log_prices", "np.power(10.0, log_prices"),
}
UNCHECKED = {"artefact/loading.py": ("        check_versions(data, directory)", "        # ")}


def two_codes(folder: Path, *, checked: bool = True) -> list[Path]:
    """Build wheels of 1.0.0 and of 2.0.0, or of both without the check of versions."""
    wheels = []
    for version, changes in (("1", {}), ("2", VERSION_2)):
        changed = changes if checked else changes | UNCHECKED
        wheels.append(build_wheel(copy_of_the_package(folder / f"code-{version}", changed)))
    return wheels


def two_models(folder: Path) -> list[Path]:
    """Train a model of 1.0.0, and make of it the same model as 2.0.0 would have written it."""
    one, two = folder / "model-1", folder / "model-2"
    train_model(one)
    shutil.copytree(one, two)
    model = onnx.load(two / "model.onnx")
    graph, factor = model.graph, np.array([1 / np.log(10)], dtype=np.float32)
    last = graph.output[0].name
    for node in graph.node:
        node.output[:] = ["natural" if name == last else name for name in node.output]
    graph.initializer.append(numpy_helper.from_array(factor, "factor"))
    graph.node.append(helper.make_node("Mul", ["natural", "factor"], [last]))
    onnx.save(model, two / "model.onnx")
    change_manifest(
        two,
        package_version="2.0.0",
        model_version="2.0.0+5c1e77a0",
        onnx_sha256=hashlib.sha256((two / "model.onnx").read_bytes()).hexdigest(),
    )
    return [one, two]


def change_manifest(directory: Path, **entries) -> None:
    """Change entries of a manifest, as somebody does who edits the file."""
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | entries
    path.write_text(json.dumps(manifest), encoding="utf-8")


# clean places -------------------------------------------------------------------------------------


def install(wheel: Path, place: Path, *options: str) -> subprocess.CompletedProcess:
    """Install a wheel, without network and without its requirements, into a folder."""
    uv = [sys.executable, "-m", "uv", "pip", "install", "--no-deps", "--quiet", "--no-cache"]
    where = ["--python", sys.executable, "--target", str(place)]
    command = [*uv, *where, *(options or ["--offline"]), str(wheel)]
    # settings of this machine, such as another index, are no part of what is shown
    plain = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=plain)


def needed(name: str, found: set[str] | None = None) -> set[str]:
    """Return all that a package requires, without extras, and what that requires."""
    found = set() if found is None else found
    for text in distribution(name).requires or []:
        requirement = Requirement(text)
        if requirement.name in found:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            try:
                distribution(requirement.name)
            except PackageNotFoundError:
                continue
            found.add(requirement.name)
            needed(requirement.name, found)
    return found


def clean_place(wheel: Path, place: Path) -> Path:
    """Install a wheel of regression_model, and link what its base requires; nothing else."""
    install(wheel, place)
    for name in needed("regression_model"):
        files = distribution(name).files or []
        for top in {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}:
            if not (place / top).exists():
                (place / top).symlink_to(Path(distribution(name).locate_file(top)))
    return place


def run_in(place: Path, code: str, *arguments: str) -> str:
    """Run code in a new Python that knows the standard library and `place`; its last line."""
    command = [sys.executable, "-I", "-S", "-c", SERVE_IN + code, str(place), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return lines[-1] if lines else ""


# a private index ----------------------------------------------------------------------------------


@contextmanager
def private_index(folder: Path, token: str) -> Iterator[str]:
    """Serve the packages in `folder` by pypiserver, to those who know the token."""
    folder.mkdir(exist_ok=True)
    passwords = HtpasswdFile(str(folder.with_suffix(".htpasswd")), new=True)
    passwords.set_password("__token__", token)
    passwords.save()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port)]
    command += ["-a", "update,download,list", "-P", str(passwords.path), "--disable-fallback"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, str(folder)], **quiet) as server:
        try:
            wait_until_up(f"http://127.0.0.1:{port}/")
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_until_up(url: str, seconds: float = 20) -> None:
    """Wait until a server answers, whatever it says."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


def publish(wheel: Path, index: str, token: str) -> str:
    """Upload a wheel to the index; return "published", or the reason why not."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "publish",
        "--quiet",
        "--publish-url",
        f"http://{index}/",
    ]
    # no arguments: `ps` shows these to everybody, and one that begins with - would be an option
    secret = {"UV_PUBLISH_USERNAME": "__token__", "UV_PUBLISH_PASSWORD": token}
    command.append(str(wheel))
    done = subprocess.run(
        command, env=os.environ | secret, capture_output=True, text=True, check=False
    )
    return "published" if done.returncode == 0 else refusal(done.stderr)


def install_from(index: str, package: str, place: Path, token: str = "") -> str:
    """Install a package from the index; return "installed", or the reason why not."""
    user = f"__token__:{token}@" if token else ""
    done = install(Path(package), place, "--default-index", f"http://{user}{index}/simple/")
    return "installed" if done.returncode == 0 else refusal(done.stderr)


def refusal(text: str) -> str:
    """Return the status of the answer that a tool tells of."""
    told = " ".join(text.split())
    for status in ("401 Unauthorized", "403 Forbidden", "409 Conflict"):
        if status in told:  # not the number alone: a port may hold it
            return status
    return told[-200:]
