"""The Dockerfile is linted and read; where there is an engine, built, run, asked and stopped."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

BUILT = {}
LABELS = "org.opencontainers.image."
DIGEST = f"sha256:{8 * '0a1b2c3d'}"
MODEL = "build/mine/model"
PROBE = """
import json, os, pathlib, sysconfig
found = [str(path) for path in pathlib.Path("/").rglob("*.whl") if "ensurepip" not in str(path)
         and "python-wheels" not in str(path)]
packages = pathlib.Path("/opt/venv/lib").glob("python3*/site-packages/ml_api/__pycache__/*.pyc")
model = pathlib.Path("/srv/model/manifest.json")
print(json.dumps({"uid": os.getuid(), "wheels": found, "bytecode": len(list(packages)),
                  "model": model.read_text() if model.exists() else None}))
"""


# what can be read -------------------------------------------------------------------------------


def instructions(text):
    """Return the instructions of a Dockerfile: pairs of the word and what follows."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\[ \t]*\n", " ", "\n".join(lines))
    pairs = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(word.upper(), rest.strip()) for word, _, rest in pairs]


@pytest.fixture
def lines(submission):
    """The instructions of the answer."""
    return instructions(submission.text)


@pytest.fixture
def last_stage(lines):
    """The instructions of the stage that becomes the image."""
    start = max(number for number, (word, _) in enumerate(lines) if word == "FROM")
    return lines[start:]


def test_the_linter_has_nothing_to_say(submission):
    program = shutil.which("hadolint") or Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, "--no-color", "-"],
        input=submission.text,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    findings = done.stdout.strip() or done.stderr.strip()
    assert not findings, f"hadolint says: {findings.replace('-:', 'line ')}"


def test_there_are_two_stages(lines):
    count = [word for word, _ in lines].count("FROM")

    assert count >= 2, (
        f"{count} `FROM`: what only the build needs (wheels, pip's own traces) should stay behind "
        "in a stage of its own, from which `COPY --from=...` takes the environment"
    )


@pytest.mark.depends_on("test_there_are_two_stages")
def test_every_stage_stands_on_one_base_by_its_digest(lines):
    first = [word for word, _ in lines].index("FROM")
    defaults = {}
    for rest in (rest for word, rest in lines[:first] if word == "ARG"):
        for name, _, value in (each.partition("=") for each in rest.split()):
            known = re.sub(r"\$\{?(\w+)\}?", lambda match: defaults.get(match[1], ""), value)
            defaults[name] = known.strip("\"'")
    names = [rest.partition(" as ")[2].strip().lower() for rest in map(str.lower, _froms(lines))]
    others = [
        rest
        for rest in _froms(lines)
        if not re.match(r'"?\$(\{BASE\}|BASE\b)', rest) and rest.split()[0].lower() not in names
    ]

    assert re.search(r"@sha256:[0-9a-f]{64}$", defaults.get("BASE", "")), (
        "`ARG BASE=...` should stand before the first FROM, and its default should end in a digest, "
        "`@sha256:` and 64 hexadecimal digits, itself or by an ARG above it: a tag may be another "
        f"image tomorrow. It is {defaults.get('BASE') or 'not there'}"
    )
    assert not others, (
        f"`FROM {others[0]}`: every stage should stand on `${{BASE}}` (or on an earlier stage), so "
        "that what is built and what runs have the same Python, and another base can stand in"
    )


def _froms(lines):
    return [re.sub(r"^--platform=\S+\s+", "", rest) for word, rest in lines if word == "FROM"]


@pytest.mark.depends_on("test_there_are_two_stages")
def test_what_changes_often_comes_last(lines):
    texts = [f"{word} {rest}" for word, rest in lines]
    installs = [n for n, text in enumerate(texts) if "serve.txt" in text and text[:3] == "RUN"]
    copies = [n for n, text in enumerate(texts) if re.search(r"\bdist\b|(COPY|ADD) \. ", text)]

    assert installs and copies and installs[0] < copies[0], (
        "The packages of serve.txt should be installed by a RUN of their own before anything of "
        "`dist` comes in: a layer is kept until something before it changes, and our own wheels "
        "change with every commit"
    )


@pytest.mark.depends_on("test_there_are_two_stages")
def test_the_model_is_that_of_the_repository_unless_another_is_named(lines):
    names = [each for word, rest in lines if word == "ARG" for each in rest.split()]

    assert any(re.fullmatch(r"MODEL=[\"']?(\./)?model/?[\"']?", name) for name in names), (
        "`ARG MODEL`, by default `model`, should say which folder is copied to /srv/model; the "
        f"arguments are {', '.join(names) or 'none'}"
    )


@pytest.mark.depends_on("test_there_are_two_stages")
def test_it_does_not_run_as_root(last_stage):
    users = [rest for word, rest in last_stage if word == "USER"]

    assert users and re.fullmatch(r"[1-9]\d*(:\d+)?", users[-1]), (
        f"The last USER of the image is {users[-1] if users else 'not set, so root'}: a number "
        "that is not 0 is asked for. A name is known to the image alone; a platform that forbids "
        "root can't tell what is behind it"
    )


@pytest.mark.depends_on("test_there_are_two_stages")
def test_health_check_port_and_command_are_there(last_stage):
    words = {word: rest for word, rest in last_stage}
    for word in ("HEALTHCHECK", "EXPOSE"):
        assert words.get(word, "NONE") != "NONE", f"There is no {word} in the last stage."
    start = words.get("ENTRYPOINT") or words.get("CMD") or ""

    assert start.startswith("["), (
        f'The image starts by `{start}`: as a list, `["ml-api"]`, the program itself is process 1 '
        "and gets the signal to stop; as a text it is a shell's"
    )


# what can be tried ------------------------------------------------------------------------------


@pytest.fixture
def built(submission, request, context):
    """The image, built once for all tests below, and what the engine says of it."""
    if request.session.testsfailed and not BUILT:
        pytest.skip("it is built when what can be read is in order")
    if submission._runner.limits.shown:  # pylint: disable=protected-access
        pytest.skip("an engine is not used for answers that are not trusted: course test 09.3")
    if not BUILT:
        run, folder = request.getfixturevalue("engine"), context
        dockerfile = folder.with_suffix(".Dockerfile")
        dockerfile.write_text(submission.text, encoding="utf-8")
        name = f"localhost/course-{uuid.uuid4().hex[:12]}"
        request.config.add_cleanup(lambda: run("rmi", "-f", name))
        given = {"REVISION": "0a1b2c3d", "VERSION": "1.0.0", "BASE_DIGEST": DIGEST, "MODEL": MODEL}
        options = [each for pair in given.items() for each in ("--build-arg", "=".join(pair))]
        status, out, err = run.build(dockerfile, folder, name, *options)
        BUILT.update(run=run, name=name, folder=folder, dockerfile=dockerfile)
        BUILT.update(status=status, printed=f"{out}\n{err}")
        if status == 0:
            BUILT["inspected"] = json.loads(run("image", "inspect", name)[1])[0]
    return BUILT


@pytest.fixture
def inspected(built):
    """What the engine says of the image."""
    if built["status"]:
        pytest.skip("there is no image")
    return built["inspected"]


@pytest.fixture
def running(built, inspected):
    """A function that runs a container of the image: no rights, nothing to write on but a volume."""

    @contextmanager
    def run_one(*options):
        run, port = built["run"], inspected["Config"].get("ExposedPorts") or {"8000/tcp": {}}
        port = next((each for each in port if each.startswith("8000")), next(iter(port)))
        options = ["--read-only", "--cap-drop", "all", "-p", f"127.0.0.1::{port}", *options]
        status, name, err = run("run", "-d", *options, built["name"])
        if status:
            pytest.fail(f"The container does not start: {err[-600:]}")
        try:
            yield Container(run, name, port)
        finally:
            run("rm", "-f", "-v", "-t", "0", name)

    return run_one


class Container:
    """A container that has been started."""

    def __init__(self, run, name, port):
        self.run, self.name, self.port = run, name, port

    def ask(self, path="/ready", body=None, wait_s=10.0):
        """Return status and text of the answer from outside; None where there is none."""
        address = self.run("port", self.name, self.port)[1].splitlines()[0]
        until = time.monotonic() + wait_s
        while True:
            try:
                with urllib.request.urlopen(f"http://{address}{path}", body, timeout=5) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()
            except OSError:
                if time.monotonic() > until or not self.lives():
                    return None, self.log()
                time.sleep(0.1)

    def lives(self):
        """Whether it runs."""
        return self.run("inspect", "-f", "{{.State.Running}}", self.name)[1] == "true"

    def log(self):
        """The end of what it printed."""
        return "\n".join(self.run("logs", self.name)[1:])[-600:].strip()


def test_it_builds(built):
    printed = "\n".join(built["printed"].splitlines()[-12:])

    assert built["status"] == 0, (
        "The build failed. It was given the files that the brief names, no network, and "
        f"PIP_NO_INDEX=1. The engine says:\n{printed}"
    )


def test_it_says_where_it_is_from(inspected, built):
    labels = inspected["Config"].get("Labels") or {}
    wanted = {"revision": "0a1b2c3d", "version": "1.0.0", "base.name": built["run"].base}
    wanted["base.digest"] = DIGEST
    other = {
        name: labels.get(LABELS + name)
        for name, value in wanted.items()
        if labels.get(LABELS + name) != value
    }

    assert not other, (
        f"Built with REVISION=0a1b2c3d, VERSION=1.0.0, BASE={built['run'].base} and "
        f"BASE_DIGEST={DIGEST}, the image has these labels otherwise: {other}. An ARG is known from its line to the end of its stage, "
        "and one from before the first FROM has to be named again"
    )


def test_only_what_runs_is_in_it(built, inspected):
    options = ["--rm", "--network", "none", "--entrypoint", "python3"]
    status, out, err = built["run"]("run", *options, built["name"], "-c", PROBE)
    assert status == 0, f"`python3` does not start in the image: {err[-600:]}"
    found = json.loads(out)

    assert not found["wheels"], (
        f"Wheels are in the image: {found['wheels']}. They are needed once, in the first stage: a "
        "bind mount shows them to one RUN, and no layer has them"
    )
    assert found["uid"] != 0, "It runs as root."
    expected = (built["folder"] / MODEL / "manifest.json").read_text()
    assert found["model"] == expected, (
        f"Built with MODEL={MODEL}, the image has "
        f"{'another model' if found['model'] else 'no manifest.json'} in /srv/model. `ARG MODEL` "
        "(of the last stage) says which folder is copied there: `make image MINE=1` gives that of "
        "your answers"
    )
    assert found["bytecode"], (
        "The service's modules are not compiled (no `__pycache__` in /opt/venv): its files can't be "
        "written to, so each start would compile all of them again. pip compiles unless it is told "
        "not to"
    )


def test_it_serves_with_no_rights_and_keeps_what_it_is_told(running):
    with running() as container:
        status, text = container.ask()
        assert status == 200, (
            "Started read-only and with all capabilities dropped, it does not answer on the port "
            f"that the image exposes ({container.port}). Where does it listen, and where is the "
            f"model? Its log: {text or '(empty)'}"
        )
        kept = container.ask("/predict", b"[]", wait_s=1)[0]
        assert kept == 200, (
            "It could not write its database. All but /srv/data is read-only: ML_API_STORE should "
            "point there, and the folder should belong to the user that runs the service. "
            f"Its log: {container.log()}"
        )
        start = time.monotonic()
        container.run("stop", "-t", "8", container.name)
        code = container.run("inspect", "-f", "{{.State.ExitCode}}", container.name)[1]
        assert code == "0" and time.monotonic() - start < 7, (
            f"Asked to stop, it ended with exit code {code}: 137 is the kill after the signal was "
            "not heard. The service itself should be process 1, not a shell that starts it"
        )


def test_its_health_is_that_of_the_service(running, inspected):
    check = (inspected["Config"].get("Healthcheck") or inspected["Healthcheck"])["Test"]
    command = ["sh", "-c", check[1]] if check[0] == "CMD-SHELL" else check[1:]
    with running() as container:
        container.ask()
        status, _, err = container.run("exec", container.name, *command)
        assert (
            status == 0
        ), f"The service is ready, and the health check says it is not (exit code {status}): {err}"
    with running("-e", "NOT_READY=1") as container:
        container.ask("/health")
        status = container.run("exec", container.name, *command)[0]
        assert status != 0, (
            "/ready answers 503 (the model or the database is away), and the health check passes: "
            "it should ask /ready, and fail where the answer is not 200"
        )


def test_the_settings_of_an_index_reach_pip(built, inspected):
    del inspected
    settings = built["folder"].with_suffix(".conf")
    settings.write_text("[global]\ntimeout = refused\n")
    secret = ["--secret", f"id=pip.conf,src={settings}", "--no-cache"]
    name = f"{built['name']}-secret"
    status = built["run"].build(built["dockerfile"], built["folder"], name, *secret)[0]
    built["run"]("rmi", "-f", name)

    assert status != 0, (
        "Built with `--secret id=pip.conf,src=...`, a file that makes pip refuse, it was built all "
        "the same: the RUN that installs serve.txt should mount that secret at /etc/pip.conf, so "
        "that an index of your own can be named and no layer keeps its token"
    )
