"""`course doctor` names what is wrong with a machine or a checkout, and what would help."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from course.cli import doctor
from course.lessons import load_course


def git(root, *arguments):
    subprocess.run(["git", "-C", root, *arguments], check=True, capture_output=True)


@pytest.fixture(name="checkout")
def _checkout(sample_root):
    git(sample_root, "init")
    (sample_root / "run.sh").write_bytes(b"#!/bin/sh\necho hello\n")
    (sample_root / "run.sh").chmod(0o755)
    git(sample_root, "add", "run.sh")
    return sample_root


def test_another_interpreter_than_the_courses_is_wrong(sample):
    assert doctor.interpreter(sample).well

    (sample.root / ".venv").mkdir()
    found = doctor.interpreter(sample)

    assert found.well is False
    assert sys.executable in found.says and "bin/activate" in found.helps


def test_a_package_that_is_not_installed_or_from_elsewhere_is_wrong(sample):
    (found,) = doctor.packages(sample)
    assert (found.name, found.well, found.helps) == ("demo", False, "make setup")

    elsewhere = sample.packages[0] / "json"
    elsewhere.mkdir()
    (elsewhere / "__init__.py").touch()
    found = list(doctor.packages(sample))[1]
    assert (found.name, found.well) == ("json", False)
    assert "is imported from" in found.says


@pytest.mark.parametrize("program", ["/usr/bin/env", "/gone/bin/python"])
def test_a_kernel_of_another_python_is_wrong(monkeypatch, tmp_path, program):
    assert doctor.kernel().well

    spec = tmp_path / "kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(f'{{"argv": ["{program}"], "display_name": "old", "language": "python"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = doctor.kernel()

    assert found.well is False
    assert program in found.says and "kernelspec remove" in found.helps


def test_scripts_as_they_were_committed_are_well(checkout):
    assert [found.well for found in doctor.scripts(checkout)] == [True]


def test_windows_line_ends_are_wrong(checkout):
    (checkout / "run.sh").write_bytes(b"#!/bin/sh\r\necho hello\r\n")
    (found,) = doctor.scripts(checkout)

    assert (found.name, found.well) == ("run.sh", False)
    assert "CRLF" in found.says and "autocrlf" in found.helps


def test_a_lost_execute_bit_is_wrong(checkout):
    (checkout / "run.sh").chmod(0o644)
    (found,) = doctor.scripts(checkout)

    assert (found.name, found.well, found.helps) == ("run.sh", False, "chmod +x run.sh")


def test_it_says_who_has_a_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        number = server.getsockname()[1]
        assert doctor.port(number).well
        server.listen()
        found = doctor.port(number)

    assert found.well is None
    assert "taken by process" in found.says and f"PORT={number + 1}" in found.helps


def test_a_missing_command_is_named_with_its_exercises_and_its_help(sample_root):
    lesson = sample_root / "exercises/01_first/lesson.toml"
    needs = 'points = 2\nneeds = { no-such = "apt install no-such" }'
    lesson.write_text(lesson.read_text().replace("points = 2", needs, 1))
    (found,) = doctor.tools(load_course(sample_root))

    assert (found.name, found.well, found.helps) == ("no-such", None, "apt install no-such")
    assert "01.1 not verified" in found.says


@pytest.fixture(name="engine")
def _engine(tmp_path, monkeypatch):
    """A podman that has one image."""

    def with_image(processor):
        script = tmp_path / "podman"
        script.write_text(
            "#!/bin/sh\ncase $1 in\n"
            "info) echo works ;;\nimages) echo localhost/ml-api:latest ;;\n"
            f"image) echo {processor} ;;\nesac\n"
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setattr(doctor.platform, "machine", lambda: "aarch64")

    return with_image


def test_an_image_for_another_processor_is_wrong(engine):
    engine("amd64")
    _, found = doctor.images(Path("/here"))

    assert found.well is False
    assert "exec format error" in found.says and "make image" in found.helps


def test_an_image_for_this_processor_is_well(engine):
    engine("arm64")

    assert [found.well for found in doctor.images(Path("/here"))] == [True]


def test_without_an_engine_the_course_runs_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = doctor.images(Path("/here"))

    assert found.well is None and "podman" in found.helps


def test_what_is_wrong_decides_the_exit_code(run, checkout):
    (checkout / "run.sh").chmod(0o644)
    code, out, _ = run("doctor")

    assert code == 1
    assert "wrong run.sh: may not be executed\n        chmod +x run.sh" in out


@pytest.mark.parametrize(("command", "expected"), [("true", None), ("false", 3)])
def test_fetch_runs_the_script_of_the_course(run, checkout, command, expected):
    project = checkout / "pyproject.toml"
    project.write_text(project.read_text() + 'fetch = "fetch.sh"\n')
    (checkout / "fetch.sh").write_text(f"touch fetched\n{command}\n")
    code, _, _ = run("doctor", "--fetch")

    assert (checkout / "fetched").exists()
    assert code == (expected or code)
