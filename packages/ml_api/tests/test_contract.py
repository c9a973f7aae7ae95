"""The service keeps its contract, whatever is sent to it."""

import math
import os
import shutil
import subprocess
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ml_api.app import create_app
from ml_api.settings import Settings

from test_schemas import json_values, rows

PREDICT = "/v1/predict/regression"


@pytest.fixture(scope="session")
def quiet_client(model_dir):
    return create_app(Settings(model=model_dir, store=None, request_log=False)).test_client()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.lists(rows, max_size=5) | json_values)
def test_any_json_at_all_gets_an_answer_of_the_contract(quiet_client, body):
    response = quiet_client.post(PREDICT, data=orjson.dumps(body), content_type="application/json")

    if not isinstance(body, list):
        assert response.status_code == 400
        return
    predictions, errors = response.json["predictions"], response.json["errors"]
    assert len(predictions) == len(body)
    assert response.status_code == (200 if len(errors) < len(body) else 422)
    for index, price in enumerate(predictions):
        assert (price is None) == (str(index) in errors)
        assert price is None or math.isfinite(price)


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary(max_size=200),
    content_type=st.sampled_from(["application/json", "application/x-ndjson", "text/plain", ""]),
    path=st.sampled_from([PREDICT, f"{PREDICT}/batch"]),
)
def test_any_bytes_at_all_get_an_answer_of_the_contract(quiet_client, body, content_type, path):
    response = quiet_client.post(path, data=body, headers={"Content-Type": content_type})

    assert response.status_code in (200, 400, 415, 422)
    if response.status_code >= 400:
        assert response.content_type == "application/problem+json"
        assert response.json["status"] == response.status_code


def test_schemathesis_finds_nothing_in_our_own_document(server):
    command = shutil.which("schemathesis")
    if command is None:
        pytest.skip("not verified: needs schemathesis")
    address = f"http://127.0.0.1:{server.port}/openapi.json"
    folder = Path(__file__).parent
    found = subprocess.run(
        [command, "run", address, "--checks", "all", "--max-examples", "100", "--seed", "1"],
        env=os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert found.returncode == 0, found.stdout[-5000:]
