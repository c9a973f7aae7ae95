"""What the build servers are told: files in the form that each asks for, and the same commands."""

import subprocess
import sys

import pytest
import yaml
from conftest import ROOT

WORKFLOWS = [path.relative_to(ROOT).as_posix() for path in ROOT.glob(".github/workflows/*.yml")]


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.circle-ci", [".circleci/config.yml"])],
)
def test_the_official_schema_takes_the_file(schema, files):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_server_runs_the_same_file():
    circle = yaml.safe_load((ROOT / ".circleci/config.yml").read_text("utf-8"))
    actions = yaml.safe_load((ROOT / ".github/workflows/verify.yml").read_text("utf-8"))
    there = [step["run"]["command"] for step in circle["jobs"]["verify"]["steps"] if "run" in step]
    here = [step["run"] for step in actions["jobs"]["verify"]["steps"] if "run" in step]

    assert there == here == ["bash .ci/run"]
    assert (ROOT / ".ci/run").is_file()


def test_the_hooks_can_be_run_here():
    command = [ROOT / ".venv/bin/prek", "validate-config", ROOT / ".pre-commit-config.yaml"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0][
        "hooks"
    ]

    assert [hook["language"] for hook in hooks] == ["system"] * len(hooks)  # nothing is downloaded
    assert all((ROOT / hook["entry"].split()[0]).exists() for hook in hooks)
