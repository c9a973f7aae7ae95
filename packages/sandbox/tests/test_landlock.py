import subprocess
import sys

import pytest

from small_limits import MEASURED

from sandbox import landlock

needs_landlock = pytest.mark.skipif(landlock.version() == 0, reason="needs a kernel with Landlock")


def run(code, folder):
    """Run code in a Python that may write below `folder` only."""
    allowed = [str(folder), *MEASURED]
    start = f"import os\nfrom sandbox import landlock\nassert landlock.restrict({allowed!r})\n"
    program = f"import os\nos.chdir({str(folder)!r})\n{start}{code}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


@needs_landlock
def test_files_can_be_made_moved_and_removed_within_the_folder(tmp_path):
    code = """
os.mkdir("a")
open("a/one", "w").write("1")
os.rename("a/one", "two")
open("two", "a").truncate(0)
os.rmdir("a")
"""
    assert run(code, tmp_path).stderr == ""
    assert (tmp_path / "two").read_text() == ""


@needs_landlock
@pytest.mark.parametrize(
    "code",
    [
        "open('../mine', 'a')",
        "os.remove('../mine')",
        "os.mkdir('../new')",
        "os.truncate('../mine', 0)",
    ],
)
def test_nothing_can_be_changed_outside_it(tmp_path, code):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "theirs").mkdir()

    done = run(code, tmp_path / "theirs")

    assert "PermissionError" in done.stderr
    assert (tmp_path / "mine").read_text() == "mine"


@needs_landlock
def test_devices_that_every_program_writes_to_stay_open(tmp_path):
    assert run("print(1, file=open('/dev/null', 'w'))", tmp_path).stderr == ""


@needs_landlock
def test_reading_stays_free(tmp_path):
    assert (
        run(
            "open('/etc/hostname').close() if os.path.exists('/etc/hostname') else 0", tmp_path
        ).stderr
        == ""
    )


def test_elsewhere_than_on_linux_nothing_is_restricted(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")

    assert landlock.version() == 0
    assert landlock.restrict([]) is False


def test_an_old_kernel_is_told_what_it_knows(monkeypatch):
    calls = []
    monkeypatch.setattr(landlock, "version", lambda: 1)
    monkeypatch.setattr(landlock, "_call", lambda *call: calls.append(call) or 1)
    monkeypatch.setattr(landlock.ctypes, "CDLL", lambda *_, **__: FakeLibrary())
    monkeypatch.setattr(landlock.os, "close", lambda _: None)
    monkeypatch.setattr(landlock, "DEVICES", ())

    landlock.restrict([])

    number, table, size, _ = calls[0]
    assert (number, size) == (landlock.CREATE_RULESET, 8)
    assert int.from_bytes(table, sys.byteorder) & (landlock.MOVE_ACROSS | landlock.TRUNCATE) == 0


class FakeLibrary:
    """Has the one function of the C library that is needed, and does nothing."""

    def prctl(self, *_):
        return 0
