"""In every mode: Schemathesis reads our OpenAPI document, and asks a real server all it can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ml_api.auth.api_keys import new_key

pytest.importorskip("schemathesis", reason="not verified: needs schemathesis")

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("schemathesis")
OPTIONS = [
    *("--checks=all", "--mode=all", "--max-examples=10", "--seed=1", "--no-color"),
    # two good houses at once are made by throwing many pairs away
    "--suppress-health-check=filter_too_much",
]


def all_checks(server, folder, *options):
    """Run every check of Schemathesis, and return it when it has ended."""
    url = f"http://127.0.0.1:{server.port}/openapi.json"
    return subprocess.run(
        [COMMAND, "run", url, *OPTIONS, *options],
        env=os.environ | {"SCHEMATHESIS_HOOKS": "json_lines", "PYTHONPATH": str(HERE)},
        cwd=folder,  # where it may leave files
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_answer_is_as_the_document_says(servers, mode, tmp_path):
    ended = all_checks(servers(mode), tmp_path)

    assert ended.returncode == 0, ended.stdout


def test_every_answer_is_as_the_document_says_with_a_key(start_server, mode, tmp_path):
    key, line = new_key("fuzz")
    (tmp_path / "keys").write_text(line + "\n", "utf-8")
    server = start_server(ML_API_MODE=mode, ML_API_KEYS=tmp_path / "keys")
    ended = all_checks(server, tmp_path, "--phases=coverage", f"--header=X-API-Key: {key}")

    assert ended.returncode == 0, ended.stdout
