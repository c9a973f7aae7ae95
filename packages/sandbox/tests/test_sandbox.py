import os
import signal
import subprocess
import sys

import pytest

from sandbox import confinement, supervisor
from sandbox.confinement import remove_tree, scratch_directory
from sandbox.supervisor import Family, Outcome


def test_an_outcome_travels_as_data():
    outcome = Outcome(b"reply", -9, "memory", "é")

    assert Outcome.from_bytes(outcome.to_bytes()) == outcome


def test_the_environment_is_scrubbed_to_what_is_allowed():
    kept = confinement.scrubbed_environment({"PATH": "/bin", "LANG": "C", "API_KEY": "secret"})

    assert kept["LANG"] == "C"
    assert "API_KEY" not in kept
    assert "/bin" in kept["PATH"].split(os.pathsep)


def test_python_is_this_one_also_where_no_environment_is_active():
    path = confinement.scrubbed_environment({})["PATH"]

    assert path.split(os.pathsep)[0] == os.path.dirname(sys.executable)


def test_a_scratch_directory_is_alone_and_goes_with_what_is_in_it():
    with scratch_directory() as scratch:
        assert os.listdir(scratch.parent) == [scratch.name]
        (scratch / "file").write_text("x")
        (scratch.parent / "beside").write_text("x")

    assert not scratch.parent.exists()


def test_a_locked_directory_is_removed():
    code = """
import os, tempfile
from pathlib import Path
from sandbox import confinement
was_root = os.geteuid() == 0
if was_root:
    os.seteuid(65534)  # for root no directory is locked
path = Path(tempfile.mkdtemp())
(path / "a/b").mkdir(parents=True)
(path / "a/b/file").touch()
for folder in (path / "a/b", path / "a", path):
    os.chmod(folder, 0)
confinement.remove_tree(path)
print(path.exists())
if was_root:
    os.seteuid(0)
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


@pytest.mark.parametrize("name", ["directory", "file"])
def test_what_is_not_there_any_more_is_no_problem(tmp_path, name):
    remove_tree(tmp_path / name)


def test_a_family_that_is_gone_has_no_members():
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        child.wait()
        family = Family(child, adopts=False)

        assert not family.members()
        family.end()


def test_the_tightest_limit_of_the_system_is_kept():
    """A limit that the system has set lower than ours is not raised, and is no error."""
    code = """
import resource
from sandbox import confinement
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
confinement._lower_limits(confinement.Limits(descriptors=512, cpu_s=0.2))
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CPU))
"""
    out = subprocess.check_output([sys.executable, "-c", code], text=True)

    assert out == "(64, 64) (1, 2)\n"


def test_counting_stops_when_there_are_too_many_files(tmp_path):
    for number in range(20):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}/file").write_text("x")

    assert supervisor._directory_size(tmp_path, 5) == (5, 6)  # pylint: disable=protected-access
    assert supervisor._directory_size(tmp_path, 50) == (20, 20)  # pylint: disable=protected-access


@pytest.mark.skipif(sys.platform != "linux", reason="not verified: needs Linux")
def test_who_computes_too_long_is_told_apart_from_who_is_killed():
    code = """
from sandbox import confinement
confinement._lower_limits(confinement.Limits(cpu_s=1))
while True: pass
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == -signal.SIGXCPU
