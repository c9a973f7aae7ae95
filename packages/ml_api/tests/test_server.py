"""The service as it runs: a real gunicorn, real sockets, a real database."""

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from ml_api import server as server_module
from ml_api.logs import JsonFormatter, logging_config
from ml_api.service import service_of
from ml_api.settings import Settings

from abuse import GOOD, JSON, PREDICT, rows
from models import make_model
from servers import environment, wait_until


def stored(folder):
    with sqlite3.connect(folder / "predictions.db") as connection:
        kept = connection.execute("SELECT request_id FROM predictions").fetchall()
    connection.close()
    return {request_id for (request_id,) in kept}


def predict(server, request_id="r"):
    return server.request("POST", PREDICT, rows(GOOD), JSON | {"X-Request-ID": request_id})


def test_a_prediction_comes_over_the_wire(server):
    status, headers, body = predict(server)

    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert set(json.loads(body)) == {"predictions", "version", "errors"}


def test_metrics_are_summed_over_all_workers(start_server):
    server = start_server()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: predict(server), range(60)))

    text = server.request("GET", "/metrics")[2].decode()
    assert 'ml_api_rows_total{outcome="priced"} 60.0' in text


def test_stopping_keeps_every_prediction_that_was_answered(start_server):
    server = start_server()
    ids = {f"r{number}" for number in range(50)}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: predict(server, each)[0], ids))

    assert server.stop() == 0
    assert set(answers) == {200}
    assert stored(server.folder) == ids


def test_each_line_of_the_logs_is_json(start_server):
    server = start_server()
    predict(server, "logged")
    server.stop()

    assert "SIGABRT" not in server.errors()
    out = [json.loads(line) for line in (server.folder / "out.log").read_text().splitlines()]
    err = [json.loads(line) for line in server.errors().splitlines()]
    assert [line["rows"] for line in out if line["request_id"] == "logged"] == [1]
    assert any("Listening" in line["message"] for line in err)


@pytest.mark.parametrize("preload", ["on", "off"])
def test_a_worker_that_is_killed_is_replaced(start_server, preload):
    server = start_server(ML_API_PRELOAD=preload, ML_API_WORKERS=1)
    (worker,) = children(server)
    os.kill(worker, signal.SIGKILL)

    wait_until(lambda: children(server) - {worker}, "another worker")
    wait_until(server.is_up, "the server to answer again")
    assert predict(server)[0] == 200


def children(server):
    path = f"/proc/{server.process.pid}/task/{server.process.pid}/children"
    with open(path, encoding="ascii") as listed:
        return {int(pid) for pid in listed.read().split()}


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01"])
def test_what_is_not_http_is_refused_and_others_are_served(server, head):
    answer = server.raw(head)

    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505"))
    assert predict(server)[0] == 200


def test_a_header_that_is_too_large_is_refused(server):
    answer = server.raw(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Big: " + b"x" * 20_000 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 4")


def test_a_body_that_breaks_off_is_no_crash(server):
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    answer = server.raw(head.encode() + b"Content-Length: 1000\r\n\r\n[{")

    assert answer.startswith(b"HTTP/1.1 400")


def test_a_body_in_chunks_is_taken(server):
    body = rows(GOOD)
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    answer = server.raw(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    assert answer.startswith(b"HTTP/1.1 200")


def test_a_new_model_is_taken_by_every_worker_without_a_restart(start_server, tmp_path):
    directory = make_model(tmp_path / "served")
    server = start_server(ML_API_MODEL=directory, ML_API_RELOAD=0.05)
    directory.rename(tmp_path / "old")
    make_model(tmp_path / "new", version="1.0.0+00000002").rename(directory)

    def all_new():
        with ThreadPoolExecutor(8) as pool:
            versions = pool.map(lambda _: server.request("GET", "/version")[2], range(16))
        return all(b"1.0.0+00000002" in version for version in versions)

    wait_until(all_new, "the new model")


@pytest.mark.parametrize("preload", ["on", "off"])
def test_without_a_model_it_says_what_to_do_and_ends(tmp_path, preload):
    ended = subprocess.run(
        [sys.executable, "-m", "ml_api"],
        env=environment(tmp_path, ML_API_PRELOAD=preload),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert "ML_API_MODEL=model: There is no model" in ended.stderr
    assert "regression-model train" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_neither_scikit_learn_nor_pandas_is_in_the_process(model_dir):
    code = (
        "import sys; from pathlib import Path; from ml_api.app import create_app;"
        "from ml_api.settings import Settings;"
        f"create_app(Settings(model=Path({str(model_dir)!r}))); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert not {"sklearn", "pandas", "scipy", "pyarrow", "sqlalchemy"} & set(loaded.stdout.split())


def test_options_of_gunicorn_follow_the_settings():
    options = server_module.gunicorn_options(
        Settings(host="0.0.0.0", port=80, workers=3, proxies=1)
    )

    assert options["bind"] == "0.0.0.0:80"
    assert options["workers"] == 3
    assert options["forwarded_allow_ips"] == "*"


def test_a_worker_starts_and_stops_the_background_of_its_application(settings, house):
    loaded = server_module.Server(settings)
    worker = SimpleNamespace(app=loaded, pid=1)
    server_module.start_worker(worker)
    loaded.wsgi().test_client().post(PREDICT, json=[house])
    server_module.stop_worker(None, worker)

    assert service_of(loaded.wsgi()).store.state()["saved"] == 1


def test_a_worker_that_never_came_up_stops_without_a_word(settings):
    server_module.stop_worker(None, SimpleNamespace(app=server_module.Server(settings), pid=1))


@pytest.mark.parametrize("given", [True, False])
def test_what_workers_share_is_removed_unless_the_directory_was_given(
    settings, monkeypatch, tmp_path, given
):
    seen = []

    def run(server):
        seen.append(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
        assert seen[0].is_dir()
        assert service_of(server.wsgi()).settings.runtime == seen[0].parent

    monkeypatch.setattr(server_module.Server, "run", run)
    server_module.serve(replace(settings, runtime=tmp_path if given else None))

    assert seen[0].parent.exists() == given
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def test_without_metrics_and_preloading_it_serves_as_well(settings, monkeypatch):
    served = []
    monkeypatch.setattr(server_module.Server, "run", lambda self: served.append(self.load))
    server_module.serve(replace(settings, metrics=False, preload=False))

    assert len(served) == 1


def test_a_worker_that_starts_while_the_directory_holds_a_bad_model_serves_the_last_good_one(
    start_server, tmp_path
):
    directory = make_model(tmp_path / "served", version="1.0.0+00000001")
    server = start_server(ML_API_MODEL=directory, ML_API_WORKERS=1, ML_API_RELOAD=0)
    (directory / "model.onnx").write_bytes(b"half")
    (worker,) = children(server)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: children(server) - {worker}, "another worker")
    wait_until(server.is_up, "the server to answer again")

    state = json.loads(server.request("GET", "/ready")[2])
    assert predict(server)[0] == 200
    assert state["model"]["version"] == "1.0.0+00000001"
    assert "model.onnx" in state["model"]["refused"]


def test_a_dead_worker_leaves_the_gauges(monkeypatch, tmp_path):
    (tmp_path / "gauge_livesum_77.db").write_bytes(b"")
    (tmp_path / "counter_77.db").write_bytes(b"")
    worker = SimpleNamespace(pid=77)
    server_module.forget_worker(None, worker)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    server_module.forget_worker(None, worker)

    assert [path.name for path in tmp_path.iterdir()] == ["counter_77.db"]


def test_the_logger_of_gunicorn_writes_no_access_log(monkeypatch):
    configured = []
    monkeypatch.setattr(logging.config, "dictConfig", configured.append)
    logger = server_module.Logger(SimpleNamespace(loglevel="warning"))

    assert logger.access("response", "request") is None
    assert configured == [logging_config("warning")]


def test_a_log_record_becomes_one_line_with_its_extra_fields():
    record = logging.makeLogRecord({"msg": "a %s", "args": ("b",), "request_id": "r\n1"})
    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == "a b"
    assert json.loads(line)["request_id"] == "r\n1"


def test_a_log_record_of_an_error_holds_the_traceback():
    error = KeyError("lost")
    record = logging.makeLogRecord({"msg": "x", "exc_info": (KeyError, error, None)})

    assert "KeyError: 'lost'" in json.loads(JsonFormatter().format(record))["traceback"]
