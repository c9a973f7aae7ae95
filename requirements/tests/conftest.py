"""A machine to set the course up on: its own folder, and stand-ins for Python, pip and uv."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "requirements"))
HAS_PIP = ROOT / ".venv/bin/python"
READ = (
    ".ci/quick_suites",
    "Makefile",
    "packages/*/pyproject.toml",
    "pyproject.toml",
    "requirements/*.py",
    "requirements/*.sh",
    "requirements/*.txt",
    "tox.ini",
)
# a Python that makes an environment of itself and the stand-in for uv, and installs nothing
PYTHON = f"""#!/bin/bash
case "$*" in
  "-m venv "*)
    [[ "$*" != *--clear* ]] || rm -rf .venv
    mkdir -p .venv/bin && touch .venv/new
    cp "$0" .venv/bin/python && cp "$(dirname "$0")/uv" .venv/bin/uv ;;
  "-m pip install "*)
    env | sed 's/^/pip: /' >> told
    [ -z "${{SAYS_PIP:-}}" ] || {{ echo "$SAYS_PIP" >&2; exit 1; }} ;;
  *) exec {HAS_PIP} "$@" ;;
esac
"""
UV = """#!/bin/bash
{ echo "uv: $*"; env | sed 's/^/uv: /'; } >> told
[ -z "${SAYS:-}" ] || { echo "$SAYS" >&2; exit 1; }
"""


class Machine:
    """A folder with a blank in its name that holds the course, and the commands of its owner."""

    def __init__(self, folder: Path) -> None:
        self.course = folder / "my course"
        self.commands = folder / "commands here"
        self.commands.mkdir()
        for name, text in (("python3", PYTHON), ("uv", UV)):
            (self.commands / name).write_text(text, "utf-8")
            (self.commands / name).chmod(0o755)
        for pattern in READ:
            for file in ROOT.glob(pattern):
                copy = self.course / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Run make, with no more of this machine's environment than it needs."""
        return subprocess.run(
            ["make", f"PYTHON={self.commands / 'python3'}", *arguments],
            cwd=self.course,
            env={"PATH": os.environ["PATH"], "HOME": str(self.commands), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def setup(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Run make setup."""
        return self.make("setup", *arguments, **environment)

    @property
    def told(self) -> list[str]:
        """What pip and uv were told, line by line."""
        return (self.course / "told").read_text("utf-8").splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of the test's own."""
    return Machine(tmp_path)
