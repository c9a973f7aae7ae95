"""What `course test --strict` promises, refuses and reports, and where it can be had."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import namespaces

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="not verified: needs Linux"),
]
PROJECT = '[tool.course]\nname = "Small"\n'
LESSON = """
title = "Start"

[[part]]
notebook = "1_start.ipynb"
title = "Start"
exercises = ["01.1"]

[[objective]]
text = "add"
exercises = ["01.1"]

[[exercise]]
id = "01.1"
title = "Total"
file = "total.py"
hints = ["a", "b", "c"]
passed = "It adds up."
stub = "def total(numbers):\\n    # TODO\\n"
"""
TESTS = """
def test_the_seed_is_told(submission, seed):
    assert submission.run(lambda code: code.total([seed, 1])) == seed + 1, f"of {seed} and 1"
"""
ANSWER_WITH_SOCKETS = """
import os

def total(numbers):
    return sum(numbers) + len(sockets())

def sockets():
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return [link for link in links if os.path.exists(link) and "socket" in os.readlink(link)]

def app(environ, start_response):
    start_response("200 OK", [])
    return [str(len(sockets())).encode()]
"""
TESTS_OF_A_SERVER = """
from urllib.request import urlopen

def test_it_answers(submission):
    with submission.serve(lambda code: code.app) as server:
        assert urlopen(server.url).read() == b"2", "one that listens, and the connection"
"""
COURSE = [sys.executable, "-m", "course", "test", "--strict"]
# no namespace can be made from here on, as in a container with Docker's own profile
FILTERED = """
import os, sys
from sandbox import seccomp
seccomp.restrict()
os.execv(sys.executable, sys.argv[1:])
"""
RELAXED = ("--security-opt=seccomp=unconfined", "--security-opt=unmask=ALL")
ENGINE = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]

[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""


@pytest.fixture
def course(tmp_path):
    """A course of one exercise, answered rightly."""
    files = {
        "pyproject.toml": PROJECT,
        "exercises/01_start/lesson.toml": LESSON,
        "exercises/01_start/tests/test_total.py": TESTS,
        "exercises/01_start/total.py": "def total(numbers):\n    return sum(numbers)\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def run(folder, *command):
    """Run a command in a folder; return its exit code, and all that it printed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


needs_namespaces = pytest.mark.skipif(
    bool(namespaces.trouble(strict=True)), reason=f"not verified: {namespaces.trouble(True)}"
)


@needs_namespaces
def test_the_seed_is_drawn_for_each_run_and_reported(course):
    seeds = [json.loads(run(course, *COURSE, "--json")[1])["seed"] for _ in range(2)]

    assert seeds[0] != seeds[1]
    status, said = run(course, *COURSE)
    assert status == 0
    assert "1 passed: 1 of 1 points\nTables of seed " in said


@needs_namespaces
def test_a_run_is_repeated_by_its_seed(course):
    (course / "exercises/01_start/total.py").write_text("def total(numbers):\n    return 0\n")
    status, said = run(course, *COURSE, "--seed", "4711")

    assert status == 1
    assert "of 4711 and 1" in said
    assert "--strict --seed 4711 repeats this." in said


@needs_namespaces
def test_an_answer_holds_no_socket_of_the_network_out_there(course):
    (course / "exercises/01_start/total.py").write_text(ANSWER_WITH_SOCKETS)
    assert run(course, *COURSE)[0] == 0

    (course / "exercises/01_start/tests/test_total.py").write_text(TESTS_OF_A_SERVER)
    status, said = run(course, *COURSE)
    assert status == 0, said


def test_where_namespaces_are_refused_nothing_is_graded_strictly(course):
    status, said = run(course, sys.executable, "-c", FILTERED, *COURSE)

    assert status == 2
    assert "Nothing was graded: --strict is not to be had here." in said
    assert "`--security-opt seccomp=unconfined --security-opt unmask=ALL`" in said
    assert "passed" not in said


def test_where_namespaces_are_refused_usual_grading_goes_on_and_says_so(course):
    status, said = run(course, sys.executable, "-c", FILTERED, *COURSE[:-1])

    assert status == 0
    assert "Answers run with Landlock and seccomp alone." in said
    assert "1 passed: 1 of 1 points" in said


@pytest.mark.parametrize(
    ("setting", "value", "advice"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` allows them.",
        ),
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "`sudo sysctl -w kernel.unprivileged_userns_clone=1` allows them.",
        ),
        (
            "user/max_user_namespaces",
            "0",
            "`sudo sysctl -w user.max_user_namespaces=10000` allows them.",
        ),
    ],
)
def test_a_setting_that_forbids_namespaces_is_named(tmp_path, monkeypatch, setting, value, advice):
    monkeypatch.setattr(namespaces, "SETTINGS_OF_KERNEL", tmp_path)
    path = tmp_path / setting
    path.parent.mkdir()
    path.write_text(f"{value}\n", encoding="ascii")

    assert advice in namespaces.advice("mount: Operation not permitted")


@pytest.mark.skipif(
    shutil.which("podman") is None or shutil.which("runc") is None or os.getuid() != 0,
    reason="not verified: needs podman, runc and root (apt install podman runc)",
)
@pytest.mark.parametrize(("options", "expected"), [(RELAXED, 0), ((), 2)])
def test_a_container_grades_strictly_with_the_options_that_are_named(course, options, expected):
    """The container's files are this machine's own, seen through an overlay."""
    config = course / "containers.conf"
    config.write_text(ENGINE, encoding="utf-8")
    podman = ["env", f"CONTAINERS_CONF={config}", "podman", "run", "--rm", "--network=none"]
    inside = f"--workdir={course}", "--env=PYTHONDONTWRITEBYTECODE=1", *options
    status, said = run(Path("/"), *podman, *inside, "--rootfs", "/:O", *COURSE)

    assert status == expected, said
    assert ("1 passed" in said) is (expected == 0)
