"""What the parts of lesson 06 share: a model, the service as a process, nginx, a client, a plot."""

import json
import logging
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import psutil

from ml_api.app import create_app
from ml_api.settings import Settings
from regression_model import training
from regression_model.pipeline import load_config
from regression_model.simulation import simulate_sales

HOUSE = {
    "OverallQual": 7,
    "GrLivArea": 1710,
    "YearBuilt": 2003,
    "YrSold": 2008,
    "Neighborhood": "CollgCr",
}
NGINX = Path(__file__).parents[2] / "deploy" / "nginx"
BLUE, ORANGE = "#2563eb", "#d97706"


def scratch_folder() -> Path:
    """Make a folder for this notebook and go there: the service keeps its files in it."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-06-"))
    os.chdir(folder)
    return folder


def train_small(folder: Path) -> Path:
    """Train the default model in seconds, in test mode, and return its directory."""
    sales = simulate_sales(400, seed=6)
    training.train(sales, load_config("default"), directory=folder / "model", quick=True)
    return folder / "model"


def make_app(model: Path, **settings: Any):
    """Make the application around a model, with a database beside it, and a quiet log."""
    name = f"sqlite:///{model.parent}/predictions.db"
    app = create_app(Settings(model=model, **{"store": name, **settings}))
    for name in ("ml_api", "ml_api.requests"):
        logging.getLogger(name).setLevel("ERROR")  # no line for each request
    return app


def tell(response: Any, most: int = 400) -> None:
    """Print status, content type and the beginning of the body of a Flask response."""
    text = response.get_data(as_text=True)
    print(response.status_code, response.content_type)
    print(text if len(text) <= most else f"{text[:most]} ...")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningService:
    """`ml-api` as a process of its own: gunicorn, on a free port, in the current folder."""

    def __init__(self, model: Path, **variables: Any):
        self.port = free_port()
        given = {"ML_API_MODEL": model, "PORT": self.port, "ML_API_WORKERS": 1, **variables}
        environment = os.environ | {name: str(value) for name, value in given.items()}
        # a group of its own, so that it can be killed with its workers
        self._log = open("service.log", "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [sys.executable, "-m", "ml_api"],
            env=environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        wait_for_port(self.port)

    def ask(self, path: str, rows: Any = None, body: bytes | None = None, **headers: str):
        """Send a request, and return status, headers and text of the answer."""
        sent = json.dumps(rows).encode() if rows is not None else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        return _exchange(connection, path, sent, {"Content-Type": "application/json"} | named)

    def memory(self) -> float:
        """Return the memory of all its processes, in megabytes; what they share counts once."""
        main = psutil.Process(self.process.pid)
        return sum(each.memory_full_info().pss for each in [main, *main.children()]) / 2**20

    def kill(self) -> None:
        """End it as kill -9 does: none of its processes gets another turn."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()

    def stop(self) -> None:
        """End it as an operator would."""
        self.process.terminate()
        self.process.wait(30)
        self._log.close()


class Nginx:
    """nginx with https in front of a service, by the course's own configuration."""

    def __init__(self, service: RunningService):
        self.port, self.folder = free_port(), Path(tempfile.mkdtemp(prefix="nginx-"))
        key, self.certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
            + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
            + ["-keyout", key, "-out", self.certificate],
            check=True,
            capture_output=True,
        )
        secure = f"listen {self.port} ssl; ssl_certificate {self.certificate}; "
        secure += f"ssl_certificate_key {key};"
        server = "".join(path.read_text("utf-8") for path in NGINX.glob("*.conf"))
        server = server.replace("listen 80;", secure)
        server = server.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
        server = server.replace("X-Forwarded-Host $host", "X-Forwarded-Host $http_host")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        main = f"pid {self.folder}/pid; error_log stderr; events {{}}\n"
        (self.folder / "nginx.conf").write_text(
            f"{main}http {{ access_log off; {temporary}\n{server}\n}}\n", "utf-8"
        )
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [find_nginx(), "-p", self.folder, "-c", "nginx.conf", "-g", "daemon off;"],
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port)

    def get(self, path: str):
        """Ask over https, trusting its certificate; return status, headers and text."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        connection = HTTPSConnection("localhost", self.port, context=trust, timeout=60)
        return _exchange(connection, path, None, {})

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def find_nginx() -> str | None:
    """Return where nginx is; None where this machine has none."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def wait_for_port(port: int) -> None:
    """Wait until somebody listens on a port."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on port {port}")


def _exchange(connection: Any, path: str, body: bytes | None, headers: dict[str, str]):
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


def show_factors(contributions: list[dict]) -> None:
    """Draw by how many per cent each field changes the price."""
    names = [f"{each['field']}: {each['before']} → {each['after']}" for each in contributions]
    percent = [100 * (each["factor"] - 1) for each in contributions]
    _, axes = plt.subplots(figsize=(8, 2.6), layout="constrained")
    axes.barh(
        names[::-1], percent[::-1], color=[BLUE if each > 0 else ORANGE for each in percent][::-1]
    )
    axes.axvline(0, color="black", lw=1)
    axes.set_xlabel("change of the price, in per cent")
    plt.show()
