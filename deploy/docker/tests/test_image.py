"""The image, built and run by whichever engine is here, and asked from outside."""

import json
import os
import shutil
import socket
import subprocess
import urllib.request

import pytest
from containers import HOUSE, ROOT, free_port, run, started, wait_until


@pytest.fixture(scope="module", name="config")
def _config(engine, image):
    return json.loads(run(engine, "image", "inspect", image))[0]


def test_it_runs_as_nobody_in_particular(config):
    assert config["Config"]["User"] == "10001:10001"


def test_it_says_how_it_is_asked_whether_it_is_well(config):
    # podman keeps it beside the configuration, docker in it
    check = config.get("Healthcheck") or config["Config"]["Healthcheck"]

    assert check["Test"][0] == "CMD"
    assert list(config["Config"]["ExposedPorts"]) == ["8000/tcp"]


def test_its_labels_lead_to_the_commit(config):
    labels = config["Config"]["Labels"]

    revision = labels["org.opencontainers.image.revision"].removesuffix("-changed")
    assert revision == run("git", "rev-parse", "HEAD")
    assert "python:3.11-slim-bookworm" in labels["org.opencontainers.image.base.name"]


def test_it_holds_the_service_and_nothing_else(engine, image):
    listed = run(engine, "run", "--rm", "--entrypoint=find", image, "/opt/venv", "/srv")

    assert "ml_api/app.py" in listed and "/srv/model/manifest.json" in listed
    for name in ("sklearn", "pandas", "/pip/", "/tests/", ".ipynb", ".git", "serve.txt", ".whl"):
        found = [line for line in listed.splitlines() if name in line]
        # third parties ship what they like
        assert not [line for line in found if "site-packages" not in line], name
    assert "/sklearn" not in listed and "/pandas" not in listed


def test_the_health_check_asks_the_running_service(service):
    command = json.loads(service.inspect("json .Config.Healthcheck.Test"))[1:]

    run(service.engine, "exec", service.name, *command)
    with pytest.raises(AssertionError, match="Connection refused"):
        run(service.engine, "exec", "--env=PORT=8001", service.name, *command)


def test_a_house_is_priced_and_a_bad_one_refused(service):
    status, answer = service.price(HOUSE, HOUSE | {"GrLivArea": "big"})

    assert status == 200
    assert answer["predictions"][0] > 0 and answer["predictions"][1] is None
    assert answer["errors"]["1"] == {"GrLivArea": ["Not a valid integer."]}
    assert service.price({"GrLivArea": "big"})[0] == 422
    assert service.ask("POST", "/v1/predict/regression", {"no": "list"})[0] == 400


def test_it_says_which_model_it_serves(service):
    assert service.ask("GET", "/version")[1]["model_version"].startswith("1.0.0+")


def test_answers_outlive_the_container(engine, image):
    volume = f"answers-{free_port()}"
    try:
        for expected in (1, 2):
            with started(engine, image, f"--volume={volume}:/srv/data") as container:
                assert container.price(HOUSE)[0] == 200
                audit = run(engine, "exec", container.name, "ml-api", "audit")
                assert len(audit.splitlines()) == expected
    finally:
        run(engine, "volume", "rm", "--force", volume)


def test_only_who_has_a_key_gets_in(engine, image, tmp_path):
    key, line = (
        told.split(": ", 1)[1]
        for told in run(ROOT / ".venv/bin/ml-api", "key", "shop").splitlines()
    )
    (tmp_path / "keys").write_text(line + "\n", encoding="utf-8")
    tmp_path.chmod(0o755)  # it is another user who reads it
    keys = (f"--volume={tmp_path}:/run/keys:ro", "--env=ML_API_KEYS=/run/keys/keys")

    with started(engine, image, *keys) as container:
        assert container.price(HOUSE)[0] == 401
        assert container.price(HOUSE, **{"X-API-Key": "wrong"})[0] == 401
        assert container.price(HOUSE, **{"X-API-Key": key})[0] == 200


def test_production_is_a_setting(engine, image):
    with started(engine, image, "--env=ML_API_MODE=production") as container:
        assert container.price(HOUSE)[0] == 200
        assert "outbox-" in run(engine, "exec", container.name, "ls", "/srv/data/ml_api-state")


def test_a_setting_that_cannot_be_used_ends_it_with_a_word(engine, image):
    done = subprocess.run(
        [engine, "run", "--rm", "--env=ML_API_WORKERS=many", image],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "ML_API_WORKERS" in done.stderr


def test_what_has_begun_is_answered_before_it_stops(engine, image):
    body = json.dumps([HOUSE]).encode()
    head = (
        "POST /v1/predict/regression HTTP/1.1\r\nHost: x\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    with started(engine, image) as container:
        with socket.create_connection(("127.0.0.1", container.port), timeout=30) as client:
            client.sendall(head.encode() + body[:10])
            # the service takes connections in order: when it has answered another, it has this one
            assert container.price(HOUSE)[0] == 200
            run(engine, "kill", "--signal=TERM", container.name)
            wait_until(lambda: "Handling signal: term" in container.logs, "the signal is heard")
            client.sendall(body[10:])
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert run(engine, "wait", container.name) == "0"


@pytest.fixture(name="registry")
def _registry(tmp_path):
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("not verified: needs a registry (sudo apt install docker-registry)")
    port = free_port()
    (tmp_path / "config.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {tmp_path / 'blobs'}}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [program, "serve", tmp_path / "config.yml"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait_until(lambda: _listens(port), "the registry listens")
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _digest(registry, repository, tag):
    """Ask the registry what a tag names."""
    accepted = ", ".join(
        f"application/vnd.{kind}+json"
        for kind in ("oci.image.manifest.v1", "docker.distribution.manifest.v2")
    )
    url = f"http://{registry}/v2/{repository}/manifests/{tag}"
    request = urllib.request.Request(url, method="HEAD", headers={"Accept": accepted})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["Docker-Content-Digest"]


def test_what_is_published_is_what_is_deployed(engine, image, registry):
    name = f"{registry}/shop/ml-api"
    insecure = ["--tls-verify=false"] if engine == "podman" else []
    run(engine, "tag", image, f"{name}:1.0.0")
    run(engine, "push", *insecure, f"{name}:1.0.0")
    run(engine, "image", "rm", f"{name}:1.0.0")
    digest = _digest(registry, "shop/ml-api", "1.0.0")

    run(engine, "pull", *insecure, f"{name}@{digest}")

    with started(engine, f"{name}@{digest}") as container:
        assert container.price(HOUSE)[0] == 200
    run(engine, "image", "rm", "--force", f"{name}@{digest}")


def test_a_learners_answer_ships(engine, tmp_path):
    copy = tmp_path / "course"
    copy.mkdir()
    tar = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, tar.stdout.decode().split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    (copy / "build").mkdir()
    shutil.copytree(ROOT / "build/wheels", copy / "build/wheels", copy_function=os.link)
    solution = (ROOT / "solutions/03_pipelines/elapsed_years.py").read_text(encoding="utf-8")
    answer = copy / "exercises/03_pipelines/elapsed_years.py"
    answer.write_text(f"{solution}# mine\n", encoding="utf-8")
    assert "passed" in run(copy / ".venv/bin/course", "test", "03.2", cwd=copy)

    run("bash", "deploy/docker/build.sh", cwd=copy, ENGINE=engine, IMAGE="localhost/mine", MINE="1")

    path = "lib/python3.11/site-packages/regression_model/features/elapsed_years.py"
    shipped = run(
        engine, "run", "--rm", "--entrypoint=tail", "localhost/mine", "-n1", f"/opt/venv/{path}"
    )
    run(engine, "image", "rm", "--force", "localhost/mine")
    assert shipped == "# mine"
