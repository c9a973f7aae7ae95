"""The image under test: a small one, made like that of the service, as `archive()`.

Yours have to pass on it. Change it at will to try them: each line below is somebody's Dockerfile.
"""

from oci_image import File, write_image

PLATFORM = "amd64"
BASE = {
    "etc/os-release": "Debian GNU/Linux 12\n",
    "usr/bin/python3": File(b"\x7fELF\x02\xff\xfe", 0o755),
    "usr/bin/su": File(b"\x7fELF\x02\xff\xfe", 0o4755),
    "usr/lib/python3/dist-packages/pip/tests/test_pip.py": "def test_install(): ...\n",
}
PACKAGES = {
    "opt/venv/bin/ml-api": File(b"#!/opt/venv/bin/python\n", 0o755),
    "opt/venv/lib/python3.11/site-packages/ml_api/app.py": "def create_app(): ...\n",
    "opt/venv/lib/python3.11/site-packages/numpy/tests/test_numpy.py": "def test_add(): ...\n",
}
MODEL = {"srv/model/model.onnx": b"\x08\x07\xff", "srv/model/manifest.json": "{}\n"}
LAYERS = [BASE, PACKAGES, MODEL]
BASE_LAYERS = 1
SETTINGS = {
    "User": "10001:10001",
    "Env": ["PATH=/opt/venv/bin:/usr/bin", "ML_API_HOST=0.0.0.0", "PORT=8000"],
    "ExposedPorts": {"8000/tcp": {}},
    "Entrypoint": ["ml-api"],
    "Cmd": [],
    "Healthcheck": {
        "Test": ["CMD", "python3", "-c", "import urllib.request"],
        "Timeout": 3 * 10**9,
    },
    "Labels": {
        "org.opencontainers.image.revision": "5f0c9b1e7a6d4c3b2a190807f6e5d4c3b2a19080",
        "org.opencontainers.image.base.digest": "sha256:" + 8 * "90af3c1e",
    },
}
HISTORY = [
    "/bin/sh -c #(nop) ADD file:1a2b3c in /",
    "RUN /bin/sh -c pip install --require-hashes -r serve.txt",
    "COPY model /srv/model",
]


def archive() -> bytes:
    """Return the image as an OCI archive."""
    return write_image(LAYERS, SETTINGS, HISTORY, PLATFORM, base_layers=BASE_LAYERS)
