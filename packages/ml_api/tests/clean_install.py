"""Check what a service installs: `tox -e serving` runs this with only requirements/serve.txt there.

A script and no test, since pytest is not there either. The model is trained by a command of another
environment, since this one can't. It ends with an AssertionError where something is wrong.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from servers import RunningServer, environment

TRAINING_HALF = (
    "matplotlib",
    "pandas",
    "pyarrow",
    "scipy",
    "skl2onnx",
    "sklearn",
    "skops",
    "typer",
)
HOUSE = {
    "OverallQual": 7,
    "GrLivArea": 1710,
    "YearBuilt": 2003,
    "YrSold": 2008,
    "Neighborhood": "CollgCr",
    "Alley": None,
    "RoofStyle": "Pagoda",
}


def main(train_command: str) -> None:
    """Train, serve without the training half, and ask for prices."""
    there = [name for name in TRAINING_HALF if importlib.util.find_spec(name)]
    assert not there, f"this environment is not clean: {', '.join(there)}"
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch, "model")
        subprocess.run([train_command, "train", "--model", model, "--rows", "300"], check=True)
        with RunningServer(environment(Path(scratch), ML_API_MODEL=model)) as server:
            body = json.dumps([HOUSE, {**HOUSE, "GrLivArea": "big"}]).encode()
            status, _, answer = server.request(
                "POST", "/v1/predict/regression", body, {"Content-Type": "application/json"}
            )
    result = json.loads(answer)
    good, bad = result["predictions"]
    assert status == 200 and bad is None, answer
    assert 10_000 < good < 1_000_000, f"a house for {good} dollars"
    assert result["errors"] == {"1": {"GrLivArea": ["Not a valid integer."]}}, answer
    print(f"Without {', '.join(TRAINING_HALF)}: served a model, priced one house, refused another.")


if __name__ == "__main__":
    main(sys.argv[1])
