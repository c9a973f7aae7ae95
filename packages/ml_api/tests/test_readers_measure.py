"""Whoever follows a request through the service, from the route to the answer, opens few files."""

import sys
from pathlib import Path

import ml_api
import pytest

from abuse import PREDICT

MODULES, LINES, WRAPPERS = 8, 150, 4
PACKAGE = Path(ml_api.__file__).parent
# what wraps every request: ids, logs, metrics, keys and the shadow
AROUND = ("web/hooks.py", "observability/", "auth/", "shadow/")


def modules_touched(ask):
    """Return the modules of ml_api of which any function runs, by their path in the package."""
    touched = set()

    def note(frame, *_):
        touched.add(frame.f_code.co_filename)

    before = sys.gettrace()  # of whoever measures coverage
    sys.settrace(note)
    try:
        ask()
    finally:
        sys.settrace(before)
    return {
        str(Path(name).relative_to(PACKAGE)) for name in touched if name.startswith(str(PACKAGE))
    }


@pytest.mark.parametrize("row", ["good", "bad", "good beside bad", "nonsense"])
def test_a_request_touches_few_and_short_modules(make_client, model_dir, house, tmp_path, row):
    (tmp_path / "keys").write_text("alice:a-key-that-is-long-enough")
    client = make_client(keys=tmp_path / "keys", shadow=model_dir)
    bodies = {"good": [house], "bad": [{}], "good beside bad": [house, {}], "nonsense": {}}

    def ask():
        headers = {"X-API-Key": "a-key-that-is-long-enough"}
        return client.post(PREDICT, json=bodies[row], headers=headers, buffered=True)

    ask()  # the first one makes what all others use: the table, the schema of the model
    touched = modules_touched(ask)
    around = {name for name in touched if name.startswith(AROUND)}

    assert "routes/predictions.py" in touched and "web/hooks.py" in around
    assert len(touched - around) <= MODULES, sorted(touched - around)
    assert len(around) <= WRAPPERS, sorted(around)
    for name in touched:
        assert len((PACKAGE / name).read_text("utf-8").splitlines()) <= LINES, name
