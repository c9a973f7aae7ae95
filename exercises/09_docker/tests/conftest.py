"""What the tests of this lesson share: the engine of this machine, and what a build is given."""

import base64
import hashlib
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# stands in for the service: small, so that a build takes seconds; told what to do as ours is
SERVICE = """
import os, signal, sqlite3, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = "1.0.0"

def store():
    return sqlite3.connect(os.environ.get("ML_API_STORE", "predictions.db")[len("sqlite:///"):])

class Handler(BaseHTTPRequestHandler):
    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        ready = "NOT_READY" not in os.environ
        if self.path == "/health":
            self.answer(200, "alive")
        elif self.path == "/ready":
            self.answer(200 if ready else 503, "ready" if ready else "not ready")
        else:
            self.answer(404, "")

    def do_POST(self):
        with store() as database:
            database.execute("create table if not exists rows (body text)")
            database.execute("insert into rows values ('1')")
        self.answer(200, "kept")

def main():
    model = Path(os.environ.get("ML_API_MODEL", "model"))
    (model / "manifest.json").read_text()
    (model / "model.onnx").read_bytes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = os.environ.get("ML_API_HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    ThreadingHTTPServer(address, Handler).serve_forever()
"""


@pytest.fixture(scope="session")
def engine():
    """The engine and the base image of this machine, as `make image` finds them."""
    find = 'source deploy/docker/engine.sh && echo "$engine" && base_here'
    done = subprocess.run(
        ["bash", "-c", find], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    name, *base = done.stdout.split()[:2] or [""]
    if done.returncode or not name:
        pytest.skip("to build and run it, this needs a container engine: sudo apt install podman")
    if not base:
        pytest.skip("to build it, this needs the base image: course doctor --fetch")
    return Engine(name, base[0])


class Engine:
    """docker or podman, and the base image that is here."""

    def __init__(self, name, base):
        self.name, self.base = name, base

    def __call__(self, *arguments, timeout=120):
        """Run a command of the engine: its exit code, and what it printed."""
        done = subprocess.run(
            [self.name, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    def build(self, dockerfile, context, image, *more):
        """Build without the network, from what is here."""
        options = ["--format", "docker", "--pull-never"] if self.name == "podman" else []
        options += ["--network", "none", "--build-arg", f"BASE={self.base}"]
        options += ["--build-arg", "PIP_NO_INDEX=1", *more]
        return self("build", *options, "-f", dockerfile, "-t", image, context)


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """What a build is given: the lock, wheels of others, ours, and a model."""
    folder = tmp_path_factory.mktemp("context")
    for name in ("requirements", "build/wheels", "build/mine/model", "dist", "model"):
        (folder / name).mkdir(parents=True)
    wheel = _wheel("areas", "2.1.0", {"areas.py": "SQUARE_FOOT = 0.09290304\n"})
    (folder / "build/wheels/areas-2.1.0-py3-none-any.whl").write_bytes(wheel)
    lock = f"areas==2.1.0 --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    (folder / "requirements/serve.txt").write_text(lock)
    ours = {"ml_api/__init__.py": "import areas\n", "ml_api/__main__.py": SERVICE}
    script = "[console_scripts]\nml-api = ml_api.__main__:main\n"
    (folder / "dist/ml_api-1.0.0-py3-none-any.whl").write_bytes(
        _wheel("ml_api", "1.0.0", ours, script)
    )
    model = _wheel("regression_model", "1.0.0", {"regression_model/__init__.py": ""})
    (folder / "dist/regression_model-1.0.0-py3-none-any.whl").write_bytes(model)
    for place in ("model", "build/mine/model"):
        (folder / place / "manifest.json").write_text(f'{{"from": "{place}"}}\n')
        (folder / place / "model.onnx").write_bytes(b"\x08\x07")
    shutil.copy(ROOT / "deploy/docker/Dockerfile.dockerignore", folder / ".dockerignore")
    return folder


def _wheel(name, version, files, entry_points=""):
    """Return a wheel as bytes, the same for the same arguments."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if entry_points:
        files[f"{info}/entry_points.txt"] = entry_points
    record = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return buffer.getvalue()


def _digest(text):
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
