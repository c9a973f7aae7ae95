"""The service as it runs: a real gunicorn, real sockets, a real database."""

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from ml_api import server as server_module
from ml_api.service import service_of
from ml_api.settings import Settings

from abuse import BATCH, GOOD, GOOD_LINE, JSON, LINES, PREDICT, rows
from kept import kept_ids
from models import make_model
from servers import environment, free_port, wait_until


def predict(server, request_id="r"):
    return server.request("POST", PREDICT, rows(GOOD), JSON | {"X-Request-ID": request_id})


def workers(server):
    return {each.pid for each in psutil.Process(server.process.pid).children()}


def log_lines(server, name):
    return [json.loads(line) for line in (server.folder / name).read_text("utf-8").splitlines()]


def test_a_prediction_comes_over_the_wire(server):
    status, headers, body = predict(server)

    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert set(json.loads(body)) == {"predictions", "version", "errors"}


@pytest.mark.slow
def test_the_answer_to_a_batch_begins_while_it_is_still_being_sent(server):
    portion = (GOOD_LINE + b"\n") * (2 * 64 * 1024 // len(GOOD_LINE))
    head = f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
    head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head.encode() + b"%x\r\n%b\r\n" % (len(portion), portion))
        answered = connection.recv(100)  # before the end was sent
        connection.sendall(b"0\r\n\r\n")
        answered += b"".join(iter(lambda: connection.recv(2**20), b""))

    assert answered.startswith(b"HTTP/1.1 200")
    assert answered.count(b'{"prediction":') == portion.count(b"\n")


@pytest.mark.slow
def test_a_server_that_stops_has_kept_and_counted_and_logged_every_answer(start_server):
    server = start_server()
    ids = {f"r{number}" for number in range(50)}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: predict(server, each)[0], ids))
    metrics = server.request("GET", "/metrics")[2].decode()

    assert server.stop() == 0
    assert set(answers) == {200}
    assert set(kept_ids(server.variables["ML_API_STORE"])) == ids
    assert 'ml_api_rows_total{outcome="priced"} 50.0' in metrics
    logged = log_lines(server, "out.log")
    assert {line["request_id"] for line in logged if line["path"] == PREDICT} == ids
    assert any("Listening" in line["message"] for line in log_lines(server, "err.log"))


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(start_server):
    server = start_server(ML_API_WORKERS=1)
    (worker,) = workers(server)
    os.kill(worker, signal.SIGKILL)

    wait_until(lambda: workers(server) - {worker}, "another worker")
    wait_until(server.is_up, "the server to answer again")
    assert predict(server)[0] == 200


@pytest.mark.slow
def test_a_new_model_is_taken_by_every_worker_without_a_restart(start_server, tmp_path):
    directory = make_model(tmp_path / "served")
    server = start_server(ML_API_MODEL=directory)

    def versions():
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda _: server.request("GET", "/version")[2], range(16)))

    def workers():
        versions()
        return server.answering()

    # a worker that is still starting would find no model between the two renames
    wait_until(lambda: len(workers()) == 2, "both workers")
    directory.rename(tmp_path / "old")
    make_model(tmp_path / "new", version="1.0.0+00000002").rename(directory)

    wait_until(lambda: all(b"1.0.0+00000002" in each for each in versions()), "the new model")


@pytest.mark.slow
def test_without_a_model_it_says_what_to_do_and_ends(tmp_path):
    command = [sys.executable, "-m", "ml_api"]
    variables = environment(tmp_path)
    ended = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, check=False)

    assert ended.returncode == 2
    (line,) = ended.stderr.decode().splitlines()
    assert "ML_API_MODEL=model: There is no model" in line
    assert "regression-model train" in line


@pytest.mark.slow
def test_flask_run_serves_in_full(start_server):
    flask = (sys.executable, "-m", "flask", "--app", "ml_api", "run", "--port")
    port = str(free_port())
    server = start_server(*flask, port, PORT=port)

    assert predict(server)[0] == 200
    assert json.loads(server.request("GET", "/ready")[2])["status"] == "ready"
    assert server.request("POST", BATCH, GOOD_LINE, LINES)[2].startswith(b'{"prediction":')
    assert server.request("POST", PREDICT, b"{}", JSON)[0] == 400
    assert server.request("GET", "/docs")[0] == 200
    assert b"ml_api_rows_total" in server.request("GET", "/metrics")[2]
    bad_chunk = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    bad_chunk += "Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n"
    assert b" 400 " in server.raw(bad_chunk.encode(), and_leave=True)
    assert "r" in kept_ids(server.variables["ML_API_STORE"])


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_a_worker_finds_what_it_needs_in_the_memory_that_it_shares():
    """One that imports it itself holds a copy, and one that has a thread of it never leaves."""
    code = (
        "import sys, threading; from ml_api import server; from ml_api.settings import Settings\n"
        "server.share_memory(Settings(store='sqlite:///x.db'))\n"
        "import os; print(len(os.listdir('/proc/self/task')) if os.path.isdir('/proc') else 1)\n"
        "print(*sorted({'onnxruntime', 'sqlalchemy.dialects.sqlite.base'} & set(sys.modules)))"
    )
    environ = os.environ | {"OMP_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )

    assert told.stdout.split() == ["1", "onnxruntime", "sqlalchemy.dialects.sqlite.base"]


@pytest.mark.slow
@pytest.mark.skipif(not has_ipv6(), reason="not verified: needs IPv6")
@pytest.mark.parametrize("host", ["::", "[::1]"])
def test_an_ipv6_address_is_served(start_server, host):
    server = start_server(ML_API_HOST=host, ASK_AT="::1")

    assert predict(server)[0] == 200


def test_options_of_gunicorn_follow_the_settings():
    options = server_module.gunicorn_options(
        Settings(host="0.0.0.0", port=80, workers=3, threads=5, proxies=1)
    )

    assert options["bind"] == "0.0.0.0:80"
    assert (options["workers"], options["threads"]) == (3, 5)
    assert options["forwarded_allow_ips"] == "*"


def test_a_worker_that_leaves_closes_its_store_and_one_that_never_came_up_says_nothing(settings):
    loaded, closed = server_module.Server(settings), []
    worker = SimpleNamespace(app=loaded, pid=1)
    server_module.close_service(None, worker)
    store = service_of(loaded.wsgi()).store
    store.close, close = lambda: closed.append(True), store.close
    server_module.close_service(None, worker)
    close()

    assert closed == [True]


def test_what_workers_count_is_removed_at_the_end(settings, monkeypatch):
    seen = []

    def run(_):
        seen.append(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
        assert seen[0].is_dir()

    monkeypatch.setattr(server_module.Server, "run", run)
    server_module.serve(settings)

    assert not seen[0].exists()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def test_a_dead_worker_leaves_the_gauges(monkeypatch, tmp_path):
    (tmp_path / "gauge_livemostrecent_77.db").write_bytes(b"")
    (tmp_path / "counter_77.db").write_bytes(b"")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    server_module.forget_worker(None, SimpleNamespace(pid=77))

    assert [path.name for path in tmp_path.iterdir()] == ["counter_77.db"]
