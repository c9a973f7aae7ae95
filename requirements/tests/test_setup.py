"""`make setup`: what it makes, of what, and what it says when it cannot."""

import os
import sys

import pytest


def test_the_environment_is_made_once(machine):
    assert machine.setup().returncode == 0

    (machine.course / "told").unlink()
    again = machine.setup()

    assert again.returncode == 0 and not (machine.course / "told").exists()


def test_a_lock_that_changed_is_installed_into_the_same_environment(machine):
    machine.setup()
    mine = machine.course / ".venv/mine"
    mine.touch()
    os.utime(machine.course / "requirements/core.txt", (2e9, 2e9))

    machine.setup()

    assert mine.exists() and sum("requirements/core.txt" in line for line in machine.told) == 2


def test_a_folder_that_was_moved_gets_an_environment_anew(machine):
    machine.setup()
    (machine.course / ".venv/mine").touch()
    (machine.course / ".tox").mkdir()
    moved = machine.course.with_name("moved course")
    machine.course.rename(moved)
    machine.course = moved

    assert machine.setup().returncode == 0
    assert (moved / ".venv/new").exists() and not (moved / ".venv/mine").exists()
    assert not (moved / ".tox").exists()


def test_an_environment_whose_python_has_gone_is_made_anew(machine):
    machine.setup()
    (machine.course / ".venv/bin/python").unlink()

    assert machine.setup().returncode == 0
    assert (machine.course / ".venv/bin/python").exists()


@pytest.mark.parametrize(
    ("pip", "uv"),
    [
        ("PIP_INDEX_URL=http://m.example/simple", "UV_INDEX_URL=http://m.example/simple"),
        ("PIP_EXTRA_INDEX_URL=http://m.example/s", "UV_EXTRA_INDEX_URL=http://m.example/s"),
        ("PIP_TRUSTED_HOST=m.example", "UV_INSECURE_HOST=m.example"),
        ("PIP_CERT=/etc/my.pem", "SSL_CERT_FILE=/etc/my.pem"),
        ("PIP_PROXY=http://p.example:3128", "ALL_PROXY=http://p.example:3128"),
        ("PIP_NO_INDEX=1", "UV_OFFLINE=1"),
        ("PIP_DEFAULT_TIMEOUT=99", "UV_HTTP_TIMEOUT=99"),
    ],
)
def test_what_pip_is_told_in_the_environment_is_told_to_uv(machine, pip, uv):
    machine.setup(**dict([pip.split("=", 1)]))

    assert f"uv: {uv}" in machine.told


def test_what_a_file_tells_pip_is_told_to_both(machine, tmp_path):
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = http://m.example/simple\nfind-links =\n  /absent\n  /tmp\n", "utf-8"
    )
    machine.setup(PIP_CONFIG_FILE=str(tmp_path / "pip.conf"))

    assert "pip: PIP_INDEX_URL=http://m.example/simple" in machine.told
    assert "uv: UV_INDEX_URL=http://m.example/simple" in machine.told
    assert "uv: UV_FIND_LINKS=/tmp" in machine.told  # uv stops at a folder that is not there


def test_a_mirror_that_only_uv_knows_is_told_to_pip(machine):
    machine.setup(UV_DEFAULT_INDEX="http://m.example/simple")

    assert "pip: PIP_INDEX_URL=http://m.example/simple" in machine.told
    assert "uv: UV_DEFAULT_INDEX=http://m.example/simple" in machine.told


@pytest.mark.parametrize(
    "setting",
    [
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_NO_DEPS",
        "UV_SYSTEM_PYTHON",
        "UV_REQUIRE_HASHES",
        "PYTHONPATH",
    ],
)
def test_where_packages_go_is_not_the_machines_to_say(machine, setting):
    machine.setup(**{setting: "1"})

    assert not [line for line in machine.told if f" {setting}=" in line]


def test_a_user_install_in_pips_file_is_not_heeded(machine, tmp_path):
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n", "utf-8")
    machine.setup(PIP_CONFIG_FILE=str(tmp_path / "pip.conf"))

    assert f"pip: PIP_CONFIG_FILE={os.devnull}" in machine.told
    assert not [line for line in machine.told if "PIP_USER" in line]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("error sending request for url: dns error", "Check the network"),
        ("tcp connect error: Connection refused (os error 111)", "Check the network"),
        ("error sending request: invalid peer certificate: UnknownIssuer", "certificate"),
        ("No space left on device (os error 28)", "not for want of a network"),
        ("Hash mismatch for numpy", "not for want of a network"),
        ("numpy has no wheels with a matching Python ABI tag", "not for want of a network"),
    ],
)
@pytest.mark.parametrize("who", ["SAYS", "SAYS_PIP"])
def test_the_network_is_blamed_for_the_network_only(machine, who, trouble, told):
    ended = machine.setup(**{who: trouble})

    assert ended.returncode != 0
    assert trouble in ended.stderr and told in ended.stderr
    assert ("Check the network" in ended.stderr) == (told == "Check the network")
    assert not (machine.course / ".venv/ready").exists()


def test_a_python_without_wheels_is_told_in_one_sentence(machine):
    (machine.commands / "sitecustomize.py").write_text(
        "import platform, sys\n"
        "sys.version_info = (3, 15, 0, 'final', 0)\n"
        "platform.python_version = lambda: '3.15.0'\n",
        "utf-8",
    )
    (machine.commands / "python3").write_text(
        f'#!/bin/bash\nPYTHONPATH="$(dirname "$0")" exec {sys.executable} "$@"\n', "utf-8"
    )
    ended = machine.setup()

    said = [line for line in ended.stderr.splitlines() if not line.startswith("make:")]
    assert ended.returncode != 0 and len(said) == 1
    assert "3.11 to 3.14" in said[0] and "is CPython 3.15.0 on" in said[0]
    assert not (machine.course / ".venv").exists()


def test_no_python_at_all_is_said(machine):
    ended = machine.setup("PYTHON=python9")

    assert ended.returncode != 0 and "There is no python9 on this machine" in ended.stderr


@pytest.mark.parametrize("status", [0, 1])
def test_without_the_evaluator_of_lesson_07_all_else_is_set_up(machine, status):
    lock = machine.course / "requirements/actions/package-lock.json"
    lock.parent.mkdir()
    lock.write_text("{}", "utf-8")
    (machine.commands / "npm").write_text(f"#!/bin/sh\necho npm: $* in $PWD >&2; exit {status}\n")
    (machine.commands / "npm").chmod(0o755)

    done = machine.setup(PATH=f"{machine.commands}:{os.environ['PATH']}")

    assert done.returncode == 0
    assert (machine.course / ".venv/ready").exists()
    assert (machine.course / ".venv/actions/installed").exists() == (status == 0)
    assert ("could not install GitHub's evaluator" in done.stderr) == (status == 1)
    assert "npm:" not in done.stderr
