"""The step of CI in a repository of its own: it is green, red, and cannot be blind."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "packages/regression_model/src/regression_model"


@pytest.fixture(name="repository")
def _repository(tmp_path):
    """A clone with the package, the step, and one commit."""
    shutil.copytree(
        ROOT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "differential").mkdir()
    shutil.copy(ROOT / "differential/compare.sh", tmp_path / "differential")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    author = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
    for command in (["init", "-q"], ["add", "packages"], [*author, "commit", "-qm", "before"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def _change(repository, module, old, new):
    path = repository / PACKAGE / module
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def _compare(repository, revision="HEAD"):
    command = ["bash", "differential/compare.sh", revision]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def test_code_that_prices_as_before_is_green(repository):
    _change(repository, "version.py", '__version__ = "', '__version__ = "9.')

    done = _compare(repository)

    assert done.returncode == 0, done.stderr
    assert "0 of 500 prices" in done.stdout


def test_code_that_prices_otherwise_is_red(repository):
    _change(
        repository,
        "simulation/sales.py",
        "np.exp(log_price) / 100",
        "1.02 * np.exp(log_price) / 100",
    )

    done = _compare(repository)

    assert done.returncode == 1
    assert "500 of 500 prices" in done.stdout


def test_a_comparison_that_lets_everything_pass_is_told(repository):
    agrees = "agrees=bool(sizes and share <= policy.share and not (lone or off))"
    _change(repository, "differential/comparison.py", agrees, "agrees=True")

    done = _compare(repository)

    assert done.returncode == 1
    assert "cannot go red" in done.stderr


def test_a_revision_that_is_not_there_is_named(repository):
    done = _compare(repository, "nowhere")

    assert done.returncode and "nowhere" in done.stderr
