"""What the parts of lesson 09 share: images without an engine, an engine where there is one."""

import contextlib
import hashlib
import importlib
import io
import json
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# what the exercises read images with, too
sys.path.append(str(ROOT / "exercises" / "09_docker"))

_oci = importlib.import_module("oci_image")
File, Image, open_image = _oci.File, _oci.Image, _oci.open_image
read_layer, write_image = _oci.read_layer, _oci.write_image

TOKEN = "shed-0123456789abcdef"


# images -----------------------------------------------------------------------------------------


def scratch() -> Path:
    """Return a new folder."""
    return Path(tempfile.mkdtemp())


def small_image() -> bytes:
    """Return a small image as an archive: somebody has deleted a file in its last layer."""
    base = {"etc/os-release": "Debian GNU/Linux 12\n", "usr/bin/python3": File(b"\x7fELF", 0o755)}
    settings = {
        "User": "10001",
        "Env": ["ML_API_HOST=0.0.0.0", "PORT=8000"],
        "ExposedPorts": {"8000/tcp": {}},
        "Entrypoint": ["ml-api"],
    }
    layers = [
        base,
        {"etc/pip.conf": f"[global]\nindex-url = https://reader:{TOKEN}@index.example/simple\n"},
        {"opt/venv/ml_api/app.py": "def create_app(): ...\n"},
        {"srv/model/manifest.json": "{}\n"},
        {"etc/.wh.pip.conf": ""},
    ]
    steps = ["ADD rootfs.tar /", "COPY pip.conf /etc/", "RUN pip install ml_api"]
    steps += ["COPY model /srv/model", "RUN rm /etc/pip.conf"]
    # plain: other versions of gzip make other bytes
    return write_image(layers, settings, steps, compressed=False)


def right_archive() -> bytes:
    """Return the image that the tests of exercise 09.4 have to pass on, as an archive."""
    return importlib.import_module("image_under_test").archive()


def image_with(history: Sequence[str] = (), variables: Sequence[str] = ()) -> Image:
    """Return an image that tells this of itself."""
    return open_image(write_image([{"srv/model": "{}"}], {"Env": [*variables]}, history))


# a build ----------------------------------------------------------------------------------------


def linted(dockerfile: str) -> None:
    """Print what hadolint says of a Dockerfile."""
    program = shutil.which("hadolint") or Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, "--no-color", "-"], input=dockerfile, capture_output=True, text=True, check=False
    )
    print(done.stdout.replace("-:", "line ").strip() or "nothing to say")


def folder_with(files: dict[str, str]) -> Path:
    """Return a new folder with these files."""
    folder = scratch()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def find_engine() -> tuple[str, str]:
    """Return the engine and the base image of this machine, as `make image` finds them, or ""."""
    find = 'source deploy/docker/engine.sh && echo "$engine" && base_here'
    done = subprocess.run(
        ["bash", "-c", find], cwd=ROOT, capture_output=True, text=True, check=False
    )
    engine, base, *_ = [*done.stdout.split(), "", ""]
    return engine, base


def build(dockerfile: str, files: dict[str, str], *options: str) -> bytes:
    """Build an image where an engine is, and return it as an OCI archive."""
    engine, base = find_engine()
    folder = folder_with(files)
    path = folder.with_suffix(".Dockerfile")
    path.write_text(dockerfile, encoding="utf-8")
    name = f"localhost/lesson-09-{folder.name.lower().replace('_', '-')}"
    command = [engine, "build", "--network", "none", "--build-arg", f"BASE={base}", *options]
    command += ["-f", str(path), "-t", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    archive = folder / "image.tar"
    to_oci = ["--format", "oci-archive"] if engine == "podman" else []
    subprocess.run([engine, "save", *to_oci, "-o", archive, name], check=True, capture_output=True)
    subprocess.run([engine, "rmi", "-f", name], check=True, capture_output=True)
    content = archive.read_bytes()
    shutil.rmtree(folder)
    return content


def size_of(name: str) -> int:
    """Return the size of an image that the engine has, in bytes."""
    command = [find_engine()[0], "image", "inspect", name]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0]["Size"]


# a registry -------------------------------------------------------------------------------------


@contextlib.contextmanager
def registry() -> Iterator[str]:
    """Start a registry (Debian's package docker-registry) on a free port, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = scratch()
    settings = {"version": 0.1, "storage": {"filesystem": {"rootdirectory": str(folder / "all")}}}
    settings |= {"http": {"addr": f"127.0.0.1:{port}"}, "log": {"level": "error"}}
    (folder / "settings.yml").write_text(json.dumps(settings), encoding="utf-8")
    command = ["docker-registry", "serve", str(folder / "settings.yml")]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
    shutil.rmtree(folder)


def ask(
    method: str, url: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict, bytes]:
    """Send a request: status, headers and body of the answer, whatever the status."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, names, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def digest_of(blob: bytes) -> str:
    """Return the name of bytes, for good."""
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def push(archive: bytes, address: str, name: str, tag: str) -> str:
    """Send an image to a registry, as `docker push` does: blobs first, then the manifest.

    Its digest is returned, by which it can be had from now on.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}
    (described,) = json.loads(files["index.json"])["manifests"]
    manifest = files["blobs/" + described["digest"].replace(":", "/")]
    for path, blob in files.items():
        if path.startswith("blobs/") and blob != manifest:
            _, headers, _ = ask("POST", f"{address}/v2/{name}/blobs/uploads/", b"")
            place = urllib.parse.urljoin(address, headers["Location"])
            mark = "&" if "?" in place else "?"
            octets = {"Content_Type": "application/octet-stream"}
            ask("PUT", f"{place}{mark}digest={digest_of(blob)}", blob, **octets)
    kind = {"Content_Type": described["mediaType"]}
    ask("PUT", f"{address}/v2/{name}/manifests/{tag}", manifest, **kind)
    return described["digest"]


def pull_manifest(address: str, name: str, reference: str) -> str:
    """Return the digest of what a registry gives for a tag or a digest; a status, if nothing."""
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    status, _, body = ask("GET", f"{address}/v2/{name}/manifests/{reference}", **accept)
    return digest_of(body) if status == 200 else f"status {status}"


# containers -------------------------------------------------------------------------------------


@contextlib.contextmanager
def serve_image(*options: str, image: str = "localhost/ml-api") -> Iterator[str]:
    """Run the service's image as in production, and yield its address once it answers."""
    engine, _ = find_engine()
    hardened = ["--read-only", "--cap-drop", "all", "--memory", "512m", "--tmpfs", "/tmp"]
    command = [engine, "run", "-d", "-p", "127.0.0.1::8000", *hardened, *options, image]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    try:
        port = subprocess.run([engine, "port", name, "8000"], check=True, capture_output=True)
        address = f"http://{port.stdout.decode().split()[-1]}"
        for _ in range(100):
            with contextlib.suppress(OSError):
                ask("GET", f"{address}/health")
                break
            time.sleep(0.1)
        yield address
    finally:
        subprocess.run([engine, "rm", "-f", "-v", name], check=False, capture_output=True)


def house() -> dict:
    """Return one simulated house, without its price."""
    # pylint: disable=import-outside-toplevel  # one cell needs it, and pandas takes its time
    from regression_model.simulation import simulate_sales

    sales = simulate_sales(1, seed=4).drop(columns=["SalePrice", "Id"])
    return json.loads(sales.to_json(orient="records"))[0]


def key_file(key: str) -> Path:
    """Return a file of API keys with one key, that anybody may read."""
    folder = folder_with({"keys": f"shop:{key}\n"})
    folder.chmod(0o755)
    return folder / "keys"


def price(address: str, houses: list[dict], key: str = "") -> tuple[int, dict]:
    """Ask a service for prices: the status, and what it says of errors, if anything."""
    headers = {"Content_Type": "application/json"} | ({"X_API_Key": key} if key else {})
    body, url = json.dumps(houses).encode(), f"{address}/v1/predict/regression"
    status, _, answer = ask("POST", url, body, **headers)
    return status, json.loads(answer).get("errors", {})


def run_once(*command: str, file: bytes = b"", stop_after: float = 0) -> str:
    """Run a command in a container of the base: the exit code, and the last line that is told."""
    engine, base = find_engine()
    script = scratch() / "start"
    script.write_bytes(file)
    script.chmod(0o755)
    options = [command[0]] if command[0].startswith("--") else []
    words = command[len(options) :]
    mount = ["-v", f"{script}:/start:ro"] if file else []
    name = f"lesson-09-{script.parent.name.lower().replace('_', '-')}"
    whole = [engine, "run", "--name", name, *mount, *options, base, *(words or ("true",))]
    with subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        if stop_after:
            time.sleep(stop_after)
            stop = [engine, "stop", "-t", "1", name]
            subprocess.run(stop, check=False, capture_output=True)
        said = process.communicate()[0].decode().strip().splitlines()
    subprocess.run([engine, "rm", "-f", name], check=False, capture_output=True)
    lines = [line for line in said if not line.startswith("See ")]
    return f"{process.returncode:4} {lines[-1][:90] if lines else ''}".rstrip()


def ends(command: str) -> int:
    """Return the code that a shell tells of a command: engines tell the same of a container."""
    shell = ["sh", "-c", 'sh -c "$1"; exit $?', "sh", command]
    return subprocess.run(shell, capture_output=True, check=False).returncode
